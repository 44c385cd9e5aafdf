"""What the pages of the store show, worked out once for the home page, searches and the directory."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.pagination import Page
from store.categories import CATEGORIES, Category
from store.models import Listing
from store.queries import category_counts, search_listings

CARDS = 12
SORT_LABELS: dict[str, str | Promise] = {
    "relevance": _("Best match"),
    "popular": _("Most used"),
    "new": _("Newest"),
}
LANGUAGE_LABELS: dict[str, tuple[str, str]] = {"en": ("English", "en"), "zh": ("中文", "zh-Hans")}


@dataclass(frozen=True)
class Choice:
    """A pill: its words, where it leads, and whether it is the present one."""

    label: str | Promise
    url: str
    current: bool
    lang: str = ""


class Search:
    """A search as the address describes it, with its results and the pills that change it."""

    def __init__(self, rows: QuerySet[Listing], query: QueryDict, *, path: str, category: str = "") -> None:
        self.rows, self.path = rows, path
        self.words = query.get("search", "").strip()[:200]
        self.category = category or query.get("category", "")
        self.language = query.get("language", "")
        self.sort = query.get("sort", "") or ("relevance" if self.words else "popular")
        self._fixed_category = bool(category)
        self.page: Page[Listing] = search_listings(
            rows,
            search=self.words,
            category=self.category,
            language=self.language,
            sort=self.sort,
            cursor=query.get("cursor"),
            limit=CARDS,
        )

    @property
    def url(self) -> str:
        """The address of this search, without a place in its pages."""
        return self._url()

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

    def _url(self, **changes: str) -> str:
        query = QueryDict(mutable=True)
        parts = {"search": self.words, "language": self.language, "sort": self.sort}
        if not self._fixed_category:
            parts["category"] = self.category
        for name, value in (parts | changes).items():
            if value:
                query[name] = value
        return f"{self.path}?{query.urlencode()}"


def shelves(rows: QuerySet[Listing]) -> list[dict[str, Any]]:
    """The categories that hold something, with how much."""
    counts = category_counts(rows)
    return [{"category": CATEGORIES[slug], "count": counts[slug]} for slug in CATEGORIES if counts.get(slug)]
