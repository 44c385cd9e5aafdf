"""The form of a listing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from store.categories import CATEGORY_CHOICES
from store.fields import ListingFields
from store.models import Listing

AUDIENCES = [
    ("private", _("Only those it is shared with")),
    ("organisation", _("Your organisation, in its directory")),
    ("link", _("Anyone with the link")),
    ("public", _("Everybody, in the store")),
]


class ListingForm(forms.Form):
    """Who may use an assistant, and what its page in the store says."""

    visibility = forms.ChoiceField(label=_("Who may use it"), choices=AUDIENCES, widget=forms.RadioSelect)
    tagline = forms.CharField(
        label=_("In one sentence"),
        max_length=120,
        required=False,
        help_text=_("What it does, for whom. People choose by it."),
    )
    category = forms.ChoiceField(label=_("Category"), choices=CATEGORY_CHOICES)
    description = forms.CharField(
        label=_("About"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What it knows, what it is good at, and what it is not for."),
    )
    statements = forms.CharField(
        label=_("Your own statements about data"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown beside what was worked out from the assistant itself."),
    )
    privacy_policy_url = forms.URLField(
        label=_("Privacy policy"), max_length=200, required=False, assume_scheme="https"
    )

    @classmethod
    def of(cls, listing: Listing | None, publication: Publication | None) -> "ListingForm":
        """The form, filled with what there is."""
        source: Any = listing or publication
        names = ("visibility", "tagline", "category", "description", "statements", "privacy_policy_url")
        initial = {name: getattr(source, name) for name in names if hasattr(source, name)}
        return cls(initial={"visibility": "private", "category": "work", **initial})

    def fields_given(self) -> ListingFields:
        """What was typed in."""
        return ListingFields(**self.cleaned_data)
