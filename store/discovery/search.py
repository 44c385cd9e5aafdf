"""Searching the public store: a bounded number of candidates, weighed, and cut into pages."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput, Unavailable
from kernel.pagination import DEFAULT_LIMIT, Page, belongs, paginate_ranked, paginate_together
from store.discovery.indexing import CONFIG
from store.discovery.meaning import Question
from store.discovery.meaning.centres import as_text
from store.discovery.narrowing import EVERYTHING, Narrowing, beside, narrowed
from store.discovery.shares import use_shares
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

# What is found by meaning weighs by the reciprocal of its place, the first as much as most of the words together; a place does not
# change with what the words find, so that pages fit each other. Beyond the distance lies what has nothing to do with a question:
# without their centre, vectors of such texts stand at right angles, give or take 0.1.
MEANING, SLOWLY, FARTHEST = 5.0, 20.0, 0.86
# Entries are looked up one by one, since the planner takes the candidates for more than they are.
# Whoever has all words stands before whoever has fewer; then what the words weigh, whether the name is meant, and use.
_WEIGHED = """
WITH asked AS (
    SELECT ARRAY(SELECT to_tsquery(%(config)s::regconfig, l) FROM unnest(%(ladder)s::text[]) l) AS ladder,
        to_tsquery(%(config)s::regconfig, %(loosest)s) AS loosest),
said AS (SELECT c.id, c.rung FROM asked a, store_candidates(a.ladder, %(marks)s::tsquery, %(within)s::bigint[], %(shares)s::float8[]) c),
meant AS (
    SELECT m.id, row_number() OVER (ORDER BY m.distance, m.id) AS place
    FROM store_meant(%(model)s, %(vector)s::halfvec, %(farthest)s, %(marks)s::tsquery, %(within)s::bigint[]) m),
found AS (SELECT id, coalesce(said.rung, 0) AS rung, meant.place FROM said FULL JOIN meant USING (id))
SELECT e.listing_id,
    (CASE WHEN c.rung > 0 THEN 10 - 2 * c.rung ELSE 0 END + coalesce(%(meaning)s / (1 + (c.place - 1) / %(slowly)s), 0)
        + ts_rank('{0.1, 0.3, 0.6, 1.0}', w.words, a.loosest)
        + CASE WHEN lower(e.name) = %(text)s THEN 2 WHEN starts_with(lower(e.name), %(text)s) THEN 1 ELSE 0 END
        + 0.06 * ln(1 + e.conversations + e.installs))::float8 AS score,
    e.conversations, e.live_at, e.rating, e.trend, c.rung
FROM asked a, found c CROSS JOIN LATERAL (SELECT * FROM store_entry e WHERE e.listing_id = c.id LIMIT 1) e
CROSS JOIN LATERAL (SELECT w.words FROM store_entrywords w WHERE w.listing_id = c.id LIMIT 1) w
"""


class SearchMovedOn(Unavailable):
    code = "search_moved_on"
    user_message = _(
        "The rest of this search cannot be put in order just now. Search again from its beginning."
    )


class Match(NamedTuple):
    """A candidate, with what it may be ordered by; `rung` is 0 where it says none of the words, and was found by meaning alone."""

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
    question: Question | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Found:
    """A page of the public store; what is searched for comes by relevance, everything else by use.

    Args:
        rows: entries that may be shown; `store.queries.store_entries`.
        question: the vector of what is searched for; without it words do alone.

    Raises:
        InvalidInput: no such sort, or a cursor of another list.
        SearchMovedOn: the page before was ordered by meaning, too, and this one cannot be.
    """
    chosen = sort or ("relevance" if search.strip() else "popular")
    if chosen not in SORTS:
        raise InvalidInput.on(
            "sort", "not_a_choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(SORTS)}
        )
    asked = worded(search) if search.strip() else Wording("")
    if not asked.ladder:
        order = ORDERS.get(chosen, ORDERS["popular"])
        lists = [one for one in (narrowed(rows, wanted), beside(rows, wanted)) if one is not None]
        return Found(paginate_together(lists, cursor=cursor, limit=limit, order=order))
    order = ("-score", "-listing_id") if chosen == "relevance" else ORDERS[chosen]
    question, purpose = _as_before(question, f"store:{asked.text}", cursor, order)
    matches = matching(rows, asked, wanted, question)
    if chosen != "relevance" and any(match.rung for match in matches):
        matches = [
            match for match in matches if match.rung
        ]  # by use, what is only near would push them aside
    page = paginate_ranked(matches, cursor=cursor, limit=limit, order=order, purpose=purpose)
    shown = rows.in_bulk([match.listing_id for match in page.results])
    found = [shown[match.listing_id] for match in page.results if match.listing_id in shown]
    exact = any(match.rung == 1 for match in matches)
    return Found(
        Page(found, page.next, page.previous), "" if exact or not matches else asked.correction, len(matches)
    )


def _as_before(
    question: Question | None, purpose: str, cursor: str | None, order: tuple[str, ...]
) -> tuple[Question | None, str]:
    """The question as far as the page before was ordered by it, and the purpose of the list's cursors."""
    meaning = f"{purpose}:meaning"
    if cursor and question and belongs(cursor, order=order, purpose=purpose):
        question = None
    if cursor and not question and belongs(cursor, order=order, purpose=meaning):
        raise SearchMovedOn
    return question, meaning if question else purpose


def matching(
    rows: QuerySet[Entry], asked: Wording, wanted: Narrowing, question: Question | None = None
) -> list[Match]:
    """What may be meant, unordered: of what the words find all where few listings say them, the most used otherwise."""
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
        "shares": use_shares(),
        "text": asked.text.lower(),
        "model": question.model if question else "",
        "vector": as_text(question.vector) if question else None,
        "farthest": FARTHEST,
        "meaning": MEANING,
        "slowly": SLOWLY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHED, values)
        return [Match(*row) for row in cursor.fetchall()]


def _loosest(asked: Wording) -> str:
    return " | ".join(asked.ladder[:2])
