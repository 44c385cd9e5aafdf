"""What a list of the store is narrowed to, for its entries and for listings of a directory alike."""

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from store.categories import CATEGORIES
from store.models import Entry

HOSTS = ("none", "some")


@dataclass(frozen=True)
class Narrowing:
    """What is wanted; empty means everything.

    Attributes:
        language: `zh` means every Chinese.
        price: `free`. creator: `verified`. writes: `none`, for what changes nothing elsewhere.
        hosts: `none` for what calls no outside host, `some` for what does.
        model: a family of models, as `Listing.model_family` names it.
    """

    category: str = ""
    language: str = ""
    price: str = ""
    creator: str = ""
    hosts: str = ""
    writes: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody offers.

        Raises:
            InvalidInput: there is no such category, or a filter has another value.
        """
        if self.category and self.category not in CATEGORIES:
            raise InvalidInput.on("category", "not_a_choice", _("There is no such category."))
        for name, choices in CHOICES.items():
            if getattr(self, name) and getattr(self, name) not in choices:
                raise InvalidInput.on(
                    name, "not_a_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}
                )

    @property
    def given(self) -> dict[str, str]:
        """The filters that narrow something."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    @property
    def tongue(self) -> str:
        """The language without its region and script."""
        return self.language.split("-")[0].lower()[:8]

    @property
    def marks(self) -> list[str]:
        """Its filters as marks among an entry's words; see the migration that writes them."""
        marks = {
            f":c{self.category}": self.category,
            f":l{self.tongue}": self.tongue,
            f":m{self.model}": self.model,
            ":free": self.price,
            ":verified": self.creator,
            ":quiet": self.hosts == "none",
            ":calls": self.hosts == "some",
            ":reads": self.writes,
        }
        return [mark for mark, wanted in marks.items() if wanted]


CHOICES = {"price": ("free",), "creator": ("verified",), "hosts": HOSTS, "writes": ("none",)}
EVERYTHING = Narrowing()


def narrowed(rows: QuerySet[Any], wanted: Narrowing) -> QuerySet[Any]:
    """The rows, entries or listings, that are wanted."""
    equal: dict[str, Any] = {}
    if wanted.category:
        equal["category"] = wanted.category
    if wanted.price:
        equal["is_free"] = True
    if wanted.creator:
        equal["is_verified"] = True
    if wanted.hosts:
        equal["calls_outside"] = wanted.hosts == "some"
    if wanted.writes:
        equal["writes_outside"] = False
    if wanted.model:
        equal["model_family"] = wanted.model
    return rows.filter(_spoken(rows, wanted), **equal)


def _spoken(rows: QuerySet[Any], wanted: Narrowing) -> Q:
    language = wanted.language
    if not language:
        return Q()
    exact = Q(language__iexact=language) | Q(language__istartswith=f"{language}-")
    if rows.model is not Entry:
        return exact
    return Q(tongue=wanted.tongue) & (exact if "-" in language else Q())
