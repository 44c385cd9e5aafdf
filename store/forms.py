"""The form of a listing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from kernel.errors import InvalidInput
from store.categories import CATEGORY_CHOICES
from store.disclosing.statements import FIELDS, SERIOUS, contradictions_in
from store.fields import ListingFields
from store.languages import language_name
from store.models import Listing
from store.sampling import checked_sample

AUDIENCES = [
    ("private", _("Only those it is shared with")),
    ("organisation", _("Your organisation, in its directory")),
    ("link", _("Anyone with the link")),
    ("public", _("Everybody, in the store")),
]
# Offered to tick; others can be named through the API and stay ticked.
LANGUAGES = ("en", "zh-hans", "zh-hant", "es", "fr", "de", "pt", "it", "nl", "ja", "ko", "ru", "ar", "hi")
TEXTS = ("visibility", "tagline", "category", "description", "statements", "privacy_policy_url")


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
        help_text=_("What it knows, what it is good at, and what it is not for. Plain text."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages that it answers in, beside its own"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starters = forms.MultipleChoiceField(
        label=_("Starters on its page"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With none ticked the page shows all of them. They begin a chat with that question."),
    )
    trial = forms.BooleanField(
        label=_("Strangers may try it without an account"),
        required=False,
        help_text=_(
            "A few short questions a day. It reads and answers, and changes nothing outside. The server pays, within its"
            " limits; a model with a key of your own costs you."
        ),
    )
    statements = forms.CharField(
        label=_("Your own statements about data"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Shown beside what was worked out from the assistant itself. Where the two differ, it is not published."
        ),
    )
    privacy_policy_url = forms.URLField(
        label=_("Privacy policy"), max_length=200, required=False, assume_scheme="https"
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        listing: Listing | None = None,
        publication: Publication | None = None,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        starters = list(publication.starters) if publication else []
        self.choices("starters", [(text, text) for text in starters])
        own = publication.language if publication else ""
        codes = dict.fromkeys([*LANGUAGES, *(listing.languages if listing else [])])
        self.choices("languages", [(code, language_name(code)) for code in codes if code != own])
        self.sample = _sample_in(data) if data is not None else list(listing.sample) if listing else []

    def choices(self, name: str, offered: list[tuple[str, str]]) -> None:
        """Set what may be ticked; a field with nothing to tick is left out."""
        if not offered:
            del self.fields[name]
            return
        field: Any = self.fields[name]
        field.choices = offered

    @property
    def sample_pairs(self) -> list[tuple[str, str]]:
        """The sample's questions with their answers, for its fields."""
        texts = [said["text"] for said in self.sample]
        return list(zip(texts[::2], texts[1::2], strict=False))

    def clean(self) -> dict[str, Any]:
        """The sample is checked with everything else."""
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            cleaned["sample"] = checked_sample(self.sample)
        except InvalidInput as wrong:
            self.add_error(None, str(wrong.errors[0].message))
        return cleaned

    def holds_against(self, disclosure: Mapping[str, Any]) -> bool:
        """Whether no fact stands against the words of a valid form; otherwise their fields say which."""
        words = {name: self.cleaned_data.get(name, "") for name in FIELDS}
        for one in contradictions_in(words, disclosure):
            if one.severity == SERIOUS:
                self.add_error(one.field, one.sentence)
        return not self.errors

    @classmethod
    def of(cls, listing: Listing | None, publication: Publication | None) -> "ListingForm":
        """The form, filled with what there is."""
        source: Any = listing or publication
        initial = {name: getattr(source, name) for name in TEXTS if hasattr(source, name)}
        if listing is not None:
            initial |= {name: getattr(listing, name) for name in ("languages", "starters", "trial")}
        return cls(
            initial={"visibility": "private", "category": "work", **initial},
            listing=listing,
            publication=publication,
        )

    def fields_given(self) -> ListingFields:
        """What was typed in."""
        return ListingFields(**self.cleaned_data)


def _sample_in(data: QueryDict) -> list[dict[str, str]]:
    """The questions and answers of a posted form; a pair that was emptied is taken out."""
    pairs = zip(data.getlist("sample_question"), data.getlist("sample_answer"), strict=False)
    return [
        {"role": role, "text": text}
        for question, answer in pairs
        if question.strip() or answer.strip()
        for role, text in (("user", question), ("assistant", answer))
    ]
