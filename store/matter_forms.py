"""Forms of what is brought before moderators, and of what they decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from store.models import Takedown
from store.moderation.outcomes import Verdict
from store.moderation.reasons import REASONS, REPORT_CHOICES

LONG = 4000


class ReportForm(forms.Form):
    """What is wrong with a listing."""

    reason = forms.ChoiceField(label=_("What is wrong?"), choices=REPORT_CHOICES, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you asked, and what it said. Its creator does not learn who you are."),
    )


class AppealForm(forms.Form):
    """Why a decision was wrong."""

    text = forms.CharField(
        label=_("Why was it wrong?"),
        min_length=10,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Somebody who did not decide before reads it. You can appeal once."),
    )


class TakedownForm(forms.Form):
    """What an outsider asserts."""

    listing = forms.CharField(
        label=_("Address of the page"),
        max_length=300,
        help_text=_("Copy it from the browser: it ends in /a/ and a name."),
    )
    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=Takedown.Kind.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("A link is sent there. Nothing happens before you open it."),
    )
    on_behalf_of = forms.CharField(
        label=_("On behalf of"),
        max_length=200,
        required=False,
        help_text=_("Where the right is somebody else's."),
    )
    what = forms.CharField(
        label=_("What is yours, and where does it stand?"),
        min_length=20,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Name the work, mark, person or law, where the original is, and what the page shows of it."
        ),
    )
    sworn = forms.BooleanField(
        label=_(
            "I swear that what I say is true, that I believe in good faith that this use is not allowed by the owner, their"
            " agent or the law, and that I am the owner or may act for them."
        )
    )


class DecisionForm(forms.Form):
    """A moderator's decision."""

    outcome = forms.CharField(max_length=16)
    reasons = forms.MultipleChoiceField(
        choices=[(code, reason.msgid) for code, reason in REASONS.items()], required=False
    )
    message = forms.CharField(max_length=LONG, required=False)
    note = forms.CharField(max_length=LONG, required=False)
    urgent = forms.BooleanField(required=False)
    seen = forms.CharField(max_length=48, required=False)

    def verdict(self) -> Verdict:
        """What was sent in."""
        given: dict[str, Any] = self.cleaned_data
        return Verdict(
            given["outcome"],
            list(given["reasons"]),
            given["message"],
            given["note"],
            given["urgent"],
            given["seen"],
        )
