"""The forms of the builder's pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.slugs import MAX_LENGTH
from kernel.errors import Conflict, DomainError, InvalidInput, PermissionDenied

VERSION = r"^(draft|[1-9]\d{0,8})$"
SHOWN_IN_FORMS = (InvalidInput, Conflict, PermissionDenied)


class RefusalForm(forms.Form):
    """A form whose action may refuse what was typed."""

    @contextmanager
    def showing_refusals(self) -> Iterator[None]:
        """Turn what an action refuses into errors of this form, so that what was typed stays."""
        try:
            yield
        except SHOWN_IN_FORMS as refusal:
            self._add_refusal(refusal)

    def _add_refusal(self, refusal: DomainError) -> None:
        for error in refusal.errors:
            if error.field in self.fields:
                self.add_error(error.field, error.message)
        if not any(error.field in self.fields for error in refusal.errors):
            self.add_error(None, refusal.message)


class PublishForm(RefusalForm):
    """Who may use the next version, under which name, and what is new in it."""

    visibility = forms.ChoiceField(choices=Publication.Visibility, label=_("Who may use it"), required=False)
    slug = forms.CharField(
        label=_("Public name"),
        max_length=MAX_LENGTH,
        required=False,
        help_text=_(
            "It ends the address, and programs call the assistant by it. Leave it empty to have one made."
        ),
    )
    note = forms.CharField(
        label=_("Note for those who build"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the list of versions, which only those see who build."),
    )
    changes = forms.CharField(
        label=_("What is new for readers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Readers of the listing see this. One or two sentences are best."),
    )
    moves_conversations = forms.BooleanField(
        label=_("Move running conversations too"),
        required=False,
        help_text=_("Otherwise they keep the version they began with, until their person switches."),
    )


def read_version(value: str) -> int | None:
    """A version that was chosen in a form: a number, or None for the draft."""
    return None if value == "draft" else int(value)


class RolloutForm(RefusalForm):
    """Which version a share of new conversations gets."""

    version = forms.RegexField(regex=VERSION, label=_("Version"))
    share = forms.IntegerField(label=_("Share of new conversations, in percent"), min_value=1, max_value=100)

    def clean_version(self) -> int | None:
        """The number; None for the draft."""
        return read_version(self.cleaned_data["version"])


class ScheduleForm(RefusalForm):
    """Which version goes live when."""

    version = forms.RegexField(regex=VERSION, label=_("Version"))
    due_at = forms.DateTimeField(
        label=_("Moment"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    moves_conversations = forms.BooleanField(label=_("Move running conversations too"), required=False)

    def clean_version(self) -> int | None:
        """The number; None for the draft."""
        return read_version(self.cleaned_data["version"])
