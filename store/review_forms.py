"""Forms of reviews, replies and feedback."""

from django import forms
from django.utils.translation import gettext_lazy as _

STARS = [(5, _("5, excellent")), (4, _("4, good")), (3, _("3, fair")), (2, _("2, poor")), (1, _("1, bad"))]


class ReviewForm(forms.Form):
    """Stars, and words if somebody has some."""

    stars = forms.TypedChoiceField(label=_("Stars"), choices=STARS, coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "What did you use it for, and how did it do? Everybody who sees the assistant reads this."
        ),
    )


class ReplyForm(forms.Form):
    """The creator's answer to a review."""

    text = forms.CharField(
        label=_("Your reply"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class FeedbackForm(forms.Form):
    """Words that only the creator reads."""

    text = forms.CharField(
        label=_("What should its creator know?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Only those who work on it read this. Your chats stay yours: copy in what matters."),
    )
    named = forms.BooleanField(label=_("Tell them my name"), required=False)
