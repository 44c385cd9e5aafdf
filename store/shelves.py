"""What the pages of the store show, worked out once for searches, categories and the directory."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.pagination import Page
from store.categories import CATEGORIES, Category
from store.discovery.facets import FAMILIES
from store.discovery.meaning import Question
from store.discovery.narrowing import Narrowing
from store.discovery.search import find
from store.models import Entry, Listing
from store.queries import category_counts, search_listings

CARDS = 12
SORT_LABELS: dict[str, str | Promise] = {
    "relevance": _("Best match"),
    "popular": _("Most used"),
    "trending": _("Trending"),
    "rating": _("Best rated"),
    "new": _("Newest"),
}
LANGUAGE_LABELS: dict[str, tuple[str, str]] = {"en": ("English", "en"), "zh": ("中文", "zh-Hans")}
# What can be switched on: a filter, its value, and what it says. Of one filter's values one is on at a time.
SWITCHES: tuple[tuple[str, str, str | Promise], ...] = (
    ("price", "free", _("Free")),
    ("price", "paid", _("Paid")),
    ("price", "included", _("In a subscription")),
    ("creator", "verified", _("Verified creator")),
    ("hosts", "none", _("No outside hosts")),
    ("writes", "none", _("Changes nothing elsewhere")),
)
SWITCHED = tuple(dict.fromkeys(name for name, _value, _label in SWITCHES))


@dataclass(frozen=True)
class Choice:
    """A pill: its words, where it leads, and whether it is the present one."""

    label: str | Promise
    url: str
    current: bool
    lang: str = ""


class Search:
    """A search as the address describes it, with its results and the pills that change it.

    Attributes:
        correction: what the words may have meant, where nothing says them as they stand.
        total: how many were found; None where nothing was searched for.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        query: QueryDict,
        *,
        path: str,
        category: str = "",
        question: Question | None = None,
    ) -> None:
        self.rows, self.path, self.question = rows, path, question
        self.words = query.get("search", "").strip()[:200]
        self.sort = query.get("sort", "") or ("relevance" if self.words else "popular")
        self._fixed_category = bool(category)
        given = {name: query.get(name, "")[:40] for name in ("language", "model", *SWITCHED)}
        self.wanted = Narrowing(category=category or query.get("category", ""), **given)
        self.category, self.language = self.wanted.category, self.wanted.language
        self.correction = ""
        self.total: int | None = None
        self.page = self._found(query.get("cursor"))

    def _found(self, cursor: str | None) -> Page[Any]:
        if self.rows.model is Entry:
            found = find(
                self.rows,
                search=self.words,
                wanted=self.wanted,
                sort=self.sort,
                question=self.question,
                cursor=cursor,
                limit=CARDS,
            )
            self.correction, self.total = found.correction, found.total
            return found.page
        return search_listings(
            self.rows,
            search=self.words,
            sort=self.sort,
            cursor=cursor,
            limit=CARDS,
            question=None,
            **self.wanted.given,
        )

    @property
    def url(self) -> str:
        """The address of this search, without a place in its pages."""
        return self._url()

    @property
    def corrected_url(self) -> str:
        """The same search for what may have been meant."""
        return self._url(search=self.correction)

    @property
    def wide_url(self) -> str:
        """The same words without any filter."""
        return self._url(**dict.fromkeys(["language", "model", *SWITCHED, "category"], ""))

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter may be why so little is found."""
        return bool(self.wanted.given.keys() - ({"category"} if self._fixed_category else set()))

    @property
    def is_first(self) -> bool:
        """Whether nothing comes before this page."""
        return self.page.previous is None

    @property
    def shelf(self) -> Category | None:
        """The category that is looked into, if there is one."""
        return CATEGORIES.get(self.category)

    @property
    def sorts(self) -> list[Choice]:
        """Ways to order; the best match only where something is searched for."""
        offered = [name for name in SORT_LABELS if name != "relevance" or self.words]
        return [Choice(SORT_LABELS[name], self._url(sort=name), name == self.sort) for name in offered]

    @property
    def languages(self) -> list[Choice]:
        """All languages, or one of them."""
        everything = Choice(_("All languages"), self._url(language=""), not self.language)
        return [
            everything,
            *(
                Choice(name, self._url(language=code), code == self.language, tag)
                for code, (name, tag) in LANGUAGE_LABELS.items()
            ),
        ]

    @property
    def switches(self) -> list[Choice]:
        """What can be switched on and off, each by itself."""
        return [
            Choice(label, self._url(**{name: "" if on else value}), on)
            for name, value, label in SWITCHES
            for on in [getattr(self.wanted, name) == value]
        ]

    @property
    def models(self) -> list[Choice]:
        """Families of models; all of them first."""
        everything = Choice(_("Any model"), self._url(model=""), not self.wanted.model)
        return [
            everything,
            *(Choice(name, self._url(model=key), key == self.wanted.model) for key, name in FAMILIES.items()),
        ]

    @property
    def model_label(self) -> str | Promise:
        """The family that was chosen, in words."""
        return FAMILIES.get(self.wanted.model, _("Any model"))

    def _url(self, **changes: str) -> str:
        query = QueryDict(mutable=True)
        parts = {"search": self.words, "sort": self.sort, **self.wanted.given}
        if self._fixed_category:
            parts.pop("category", None)
            changes.pop("category", None)
        for name, value in (parts | changes).items():
            if value:
                query[name] = value
        return f"{self.path}?{query.urlencode()}"


def shelves(rows: QuerySet[Listing]) -> list[dict[str, Any]]:
    """The categories that hold something of an organisation's own, with how much."""
    return shelves_of(category_counts(rows))


def shelves_of(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The categories that hold something, with how much."""
    return [{"category": CATEGORIES[slug], "count": counts[slug]} for slug in CATEGORIES if counts.get(slug)]
