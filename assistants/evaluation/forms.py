"""The form in which a test is written by hand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.evaluation.models import MAX_EXPECTED, MAX_QUESTION


class TestForm(forms.Form):
    """A question, and what a good answer holds."""

    question = forms.CharField(
        label=_("Question"), max_length=MAX_QUESTION, widget=forms.Textarea(attrs={"rows": 2})
    )
    expected = forms.CharField(
        label=_("What a good answer holds"),
        max_length=MAX_EXPECTED,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In your words: the fact, the person to ask, what must not be said."),
    )
