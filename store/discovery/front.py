"""The store's front page: every shelf in one statement, kept for a moment, as everybody sees the same."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from store.models import Entry, Showcase
from store.shelves import shelves_of

_FRONT = "SELECT f.shelf, f.total, f.category, {entry} FROM store_front(%s) f ORDER BY f.shelf, f.place"


@dataclass
class Front:
    """What the front page shows, each list in its order.

    Attributes:
        counts: listings by category. spoken: the most used in the reader's language.
        showcases: collections of the operator that hold something, with their entries.
    """

    counts: dict[str, int] = field(default_factory=dict)
    featured: list[Entry] = field(default_factory=list)
    trending: list[Entry] = field(default_factory=list)
    popular: list[Entry] = field(default_factory=list)
    new: list[Entry] = field(default_factory=list)
    spoken: list[Entry] = field(default_factory=list)
    showcases: list[tuple[Showcase, list[Entry]]] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """Every listing on the page, once."""
        rows = [self.featured, self.trending, self.popular, self.new, self.spoken]
        shown = chain(*rows, *(entries for _showcase, entries in self.showcases))
        return list({entry.pk: entry for entry in shown}.values())

    @property
    def total(self) -> int:
        """How many listings stand in the store."""
        return sum(self.counts.values())

    @property
    def shelves(self) -> list[dict[str, Any]]:
        """The categories that hold something, with how much."""
        return shelves_of(self.counts)


class _Kept:
    """The front page of one language as this process read it last."""

    def __init__(self) -> None:
        self.front: Front | None = None
        self.read_at = self.due_at = 0.0

    def get(self, language: str, seconds: float) -> Front:
        now = monotonic()
        if self.front is None or now >= self.due_at or now - self.read_at >= 2 * seconds:
            # Whoever comes meanwhile is shown what there is, but never what is older than twice the time.
            self.due_at = now + seconds
            self.front, self.read_at = _read(language), now
        return self.front


_kept: dict[str, _Kept] = defaultdict(_Kept)


def forget_front() -> None:
    """Let go of what this process keeps of the front page."""
    _kept.clear()


def front() -> Front:
    """The front page as everybody sees it, at most `STORE_FRONT_SECONDS` old, twice that while it is read anew."""
    language, seconds = (get_language() or "en").split("-")[0], settings.STORE_FRONT_SECONDS
    if seconds <= 0:
        return _read(language)
    return replace(_kept[language].get(language, seconds))


def _read(language: str) -> Front:
    made = Front()
    shown: dict[str, list[Entry]] = {}
    names = [str(field.column) for field in Entry._meta.concrete_fields]
    columns = ", ".join(f"(f.entry).{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(_FRONT.format(entry=columns), [language])
        for shelf, total, category, *values in cursor.fetchall():
            if shelf == "tally":
                made.counts[category] = int(total)
            else:
                entry = Entry.from_db("default", names, values)
                shown.setdefault(shelf, []).append(entry)
    for name in ("featured", "trending", "popular", "new", "spoken"):
        setattr(made, name, shown.pop(name, []))
    if shown:
        rows = Showcase.objects.filter(public_id__in=shown)
        made.showcases = [(showcase, shown[showcase.public_id]) for showcase in rows]
    return made


def category_tallies() -> dict[str, int]:
    """How many listings of the public store stand in each category that has any; kept, never counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT category, sum(listings) FROM store_tally GROUP BY category HAVING sum(listings) > 0"
        )
        return {category: int(total) for category, total in cursor.fetchall()}
