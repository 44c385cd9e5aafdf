"""Searching the public store: a bounded number of candidates, weighed, and cut into pages."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from kernel.pagination import DEFAULT_LIMIT, Page, paginate, paginate_ranked
from store.discovery.indexing import CONFIG
from store.discovery.narrowing import EVERYTHING, Narrowing, narrowed
from store.discovery.wording import Wording, worded
from store.models import Entry

# What is browsed by a number comes in an order that an index has.
ORDERS = {
    "popular": ("-conversations", "-listing_id"),
    "new": ("-live_at", "-listing_id"),
    "rating": ("-rating", "-listing_id"),
    "trending": ("-trend", "-listing_id"),
}
SORTS = ("relevance", *ORDERS)
MOST_NARROWED = 5000

# Whoever has all words stands before whoever has fewer; then what the words weigh, whether the name is meant, and use.
_WEIGHED = """
WITH asked AS (
    SELECT ARRAY(SELECT to_tsquery(%(config)s::regconfig, l) FROM unnest(%(ladder)s::text[]) l) AS ladder,
        to_tsquery(%(config)s::regconfig, %(loosest)s) AS loosest)
SELECT e.listing_id,
    (10 - 2 * c.rung + ts_rank('{0.1, 0.3, 0.6, 1.0}', w.words, a.loosest)
        + CASE WHEN lower(e.name) = %(text)s THEN 2 WHEN starts_with(lower(e.name), %(text)s) THEN 1 ELSE 0 END
        + 0.06 * ln(1 + e.conversations + e.installs))::float8 AS score,
    e.conversations, e.live_at, e.rating, e.trend, c.rung
FROM asked a, store_candidates(a.ladder, %(marks)s::tsquery, %(within)s::bigint[]) c
JOIN store_entry e ON e.listing_id = c.id JOIN store_entrywords w ON w.listing_id = c.id
"""


class Match(NamedTuple):
    """A candidate, with what it may be ordered by."""

    listing_id: int
    score: float
    conversations: int
    live_at: Any
    rating: float
    trend: float
    rung: int


@dataclass(frozen=True)
class Found:
    """A page of the store, and what was made of the words.

    Attributes:
        correction: what may have been meant, where something is found by it and nothing by the words as they stand.
        total: how many matched, at most as many as are weighed; None where nothing was searched for.
    """

    page: Page[Entry]
    correction: str = ""
    total: int | None = None


def find(
    rows: QuerySet[Entry],
    *,
    search: str = "",
    wanted: Narrowing = EVERYTHING,
    sort: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Found:
    """A page of the public store; what is searched for comes by relevance, everything else by use.

    Args:
        rows: entries that may be shown; `store.queries.store_entries`.

    Raises:
        InvalidInput: no such sort, or a cursor of another list.
    """
    chosen = sort or ("relevance" if search.strip() else "popular")
    if chosen not in SORTS:
        raise InvalidInput.on(
            "sort", "not_a_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(SORTS)}
        )
    asked = worded(search) if search.strip() else Wording("")
    if not asked.ladder:
        order = ORDERS.get(chosen, ORDERS["popular"])
        return Found(paginate(narrowed(rows, wanted), cursor=cursor, limit=limit, order=order))
    matches = matching(rows, asked, wanted)
    order = ("-score", "-listing_id") if chosen == "relevance" else ORDERS[chosen]
    page = paginate_ranked(matches, cursor=cursor, limit=limit, order=order, purpose=f"store:{asked.text}")
    shown = rows.in_bulk([match.listing_id for match in page.results])
    found = [shown[match.listing_id] for match in page.results if match.listing_id in shown]
    exact = any(match.rung == 1 for match in matches)
    return Found(
        Page(found, page.next, page.previous), "" if exact or not matches else asked.correction, len(matches)
    )


def matching(rows: QuerySet[Entry], asked: Wording, wanted: Narrowing) -> list[Match]:
    """What the words may mean, unordered: all of it where few listings say them, the most used otherwise."""
    within = None
    if (
        rows.query.where
    ):  # only some of the store may be shown here, so that the most used of all would not do
        within = list(rows.values_list("pk", flat=True)[:MOST_NARROWED])
    values = {
        "config": CONFIG,
        "ladder": list(asked.ladder),
        "loosest": asked.ladder[-1] if len(asked.ladder) < 2 else _loosest(asked),
        "marks": " & ".join(
            "'" + mark.replace("\\", "\\\\").replace("'", "''") + "'" for mark in wanted.marks
        ),
        "within": within,
        "text": asked.text.lower(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHED, values)
        return [Match(*row) for row in cursor.fetchall()]


def _loosest(asked: Wording) -> str:
    return " | ".join(asked.ladder[:2])
