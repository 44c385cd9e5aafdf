"""What a list of the store is narrowed to, for its entries and for listings of a directory alike."""

from dataclasses import dataclass, fields, replace
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from store.categories import CATEGORIES
from store.discovery.shares import use_shares
from store.models import Entry

HOSTS = ("none", "some")


@dataclass(frozen=True)
class Narrowing:
    """What is wanted; empty means everything.

    Attributes:
        language: `zh` means every Chinese; its own or one that it answers in beside.
        price: `free`, `paid`, or `included` in a paying plan. creator: `verified`. writes: `none`, for what changes nothing elsewhere.
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
            ":free": self.price == "free",
            ":paid": self.price == "paid",
            ":pool": self.price == "included",
            ":verified": self.creator,
            ":quiet": self.hosts == "none",
            ":calls": self.hosts == "some",
            ":reads": self.writes,
        }
        return [mark for mark, wanted in marks.items() if wanted]


# Which entries speak a language beside is kept for a moment, like the front page; the entries themselves are read each time.
MOST_LANGUAGES = 200
_beside: dict[str, tuple[float, list[int]]] = {}
PRICES = ("free", "paid", "included")
CHOICES = {"price": PRICES, "creator": ("verified",), "hosts": HOSTS, "writes": ("none",)}
EVERYTHING = Narrowing()


def narrowed(rows: QuerySet[Any], wanted: Narrowing) -> QuerySet[Any]:
    """The rows, entries or listings, that are wanted."""
    equal: dict[str, Any] = {}
    if wanted.category:
        equal["category"] = wanted.category
    if wanted.price == "included":
        equal["in_pool"] = True
    elif wanted.price:
        equal["is_free"] = wanted.price == "free"
    if wanted.creator:
        equal["is_verified"] = True
    if wanted.hosts:
        equal["calls_outside"] = wanted.hosts == "some"
    if wanted.writes:
        equal["writes_outside"] = False
    if wanted.model:
        equal["model_family"] = wanted.model
    return rows.filter(_spoken(rows, wanted), **equal)


def beside(rows: QuerySet[Entry], wanted: Narrowing) -> QuerySet[Entry] | None:
    """The wanted entries, of the most used ones, that speak the language beside their own; None where none does."""
    language = wanted.language.lower()
    keys = _kept_speakers(language) if language else []
    if not keys:
        return None
    others = narrowed(rows, replace(wanted, language="")).filter(pk__in=keys)
    return others.exclude(_spoken(rows, wanted))


def _kept_speakers(language: str) -> list[int]:
    until, keys = _beside.get(language, (0.0, []))
    if until <= monotonic():
        keys = _speakers(language)
        if len(_beside) >= MOST_LANGUAGES:
            _beside.clear()
        _beside[language] = (monotonic() + settings.STORE_FRONT_SECONDS, keys)
    return keys


def _speakers(language: str) -> list[int]:
    mark = "':b" + language.replace("\\", "\\\\").replace("'", "''") + "'"
    with connection.cursor() as cursor:
        asked = "SELECT id FROM store_candidates(ARRAY[%s::tsquery], ''::tsquery, NULL, %s::float8[])"
        cursor.execute(asked, [mark, use_shares()])
        return [row[0] for row in cursor.fetchall()]


def _spoken(rows: QuerySet[Any], wanted: Narrowing) -> Q:
    language = wanted.language
    if not language:
        return Q()
    exact = Q(language__iexact=language) | Q(language__istartswith=f"{language}-")
    if rows.model is not Entry:
        return exact | Q(languages__contains=[language.lower()])
    return Q(tongue=wanted.tongue) & (exact if "-" in language else Q())
