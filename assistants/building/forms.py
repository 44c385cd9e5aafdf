"""The forms of the builder's pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.slugs import MAX_LENGTH
from kernel.errors import Conflict, DomainError, InvalidInput, PermissionDenied

SHOWN_IN_FORMS = (InvalidInput, Conflict, PermissionDenied)


class PublishForm(forms.Form):
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
        label=_("What is new"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Readers of the listing see this. One or two sentences are best."),
    )

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
