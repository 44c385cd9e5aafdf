"""What is offered while somebody types."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kernel.text import has_cjk
from store.categories import CATEGORIES, Category
from store.discovery.search import find
from store.discovery.wording import trimmed
from store.models import Entry

MOST = 8
_CATEGORIES = 2


@dataclass(frozen=True)
class Suggestions:
    """Assistants and categories, at most eight together, and what may have been meant."""

    entries: list[Entry]
    categories: list[Category]
    correction: str = ""

    def __bool__(self) -> bool:
        return bool(self.entries or self.categories)


def suggestions(rows: QuerySet[Entry], text: str) -> Suggestions:
    """What begins like a text, or may be meant by it; nothing for less than two letters or one Chinese character."""
    words = trimmed(text)
    if len(words) < 2 and not has_cjk(words):
        return Suggestions([], [])
    said = words.lower()
    categories = [one for one in CATEGORIES.values() if _begins(one, said)][:_CATEGORIES]
    found = find(rows, search=words, limit=MOST - len(categories))
    return Suggestions(found.page.results, categories, found.correction)


def _begins(category: Category, said: str) -> bool:
    return category.slug.startswith(said) or str(category.label).lower().startswith(said)
