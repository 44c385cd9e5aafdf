"""What the store suggests to somebody, and why: out of what they have pinned and used where they act now.

Two questions to the database: what they have, and what is near to it. Only entries of the public store are looked at, on both sides:
what is shared inside an organisation neither appears nor shapes what appears.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.switches import is_on
from organisations.actors import Actor
from store.categories import CATEGORIES
from store.directories.reach import EVERYTHING, NOTHING, allowed_ids, reach_of
from store.models import Entry
from store.switches import STORE

# Of what somebody has used lately; an old use counts half as much two months later, a pin as much as a few questions.
MOST_SEEDS = 30
_HAVE = """
WITH mine AS (
    SELECT l.id AS listing_id, ln(1 + LEAST(u.turns, 50)) * 0.5 ^ (extract(epoch FROM now() - u.last_at) / 5184000) AS liking
    FROM store_use u JOIN building_publication p ON p.public_id = u.publication_id JOIN store_listing l ON l.publication_id = p.id
    WHERE u.organisation_id = %(organisation)s AND u.user_id = %(user)s
    UNION ALL
    SELECT e.listing_id, 1.5 FROM store_install i JOIN store_entry e ON e.public_id = i.listing_id
    WHERE i.organisation_id = %(organisation)s AND i.user_id = %(user)s
)
SELECT e.listing_id, e.name, e.category, e.tongue, sum(m.liking)::float8
FROM mine m JOIN store_entry e ON e.listing_id = m.listing_id
WHERE NOT EXISTS (SELECT FROM store_nosuggestions s WHERE s.user_id = %(user)s)
GROUP BY e.listing_id ORDER BY 5 DESC, 1 LIMIT 500
"""
# Neighbours of what they have first; then what is used most in its categories lately, in their languages.
_NEAR = """
WITH seeds AS (SELECT * FROM unnest(%(seeds)s::bigint[], %(likings)s::float8[]) s (id, liking)),
near AS (
    SELECT n.other_id AS id, sum(n.weight * s.liking) AS score,
        (array_agg(n.listing_id ORDER BY n.weight * s.liking DESC, n.listing_id))[1] AS because
    FROM seeds s JOIN store_neighbour n ON n.listing_id = s.id
    WHERE n.other_id <> ALL(%(have)s::bigint[]) GROUP BY n.other_id ORDER BY 2 DESC, 1 LIMIT 60
), alike AS (
    SELECT found.listing_id AS id, 0::float8 AS score, NULL::bigint AS because
    FROM unnest(%(categories)s::text[]) wanted (category) CROSS JOIN LATERAL (
        SELECT e.listing_id FROM store_entry e WHERE e.category = wanted.category AND e.trend > 0
        ORDER BY e.trend DESC, e.listing_id DESC LIMIT 40) found
    WHERE found.listing_id <> ALL(%(have)s::bigint[]) AND NOT EXISTS (SELECT FROM near WHERE near.id = found.listing_id)
)
SELECT c.because, {entry} FROM (SELECT * FROM near UNION ALL SELECT * FROM alike) c JOIN store_entry e ON e.listing_id = c.id
WHERE e.tongue = ANY(%(tongues)s::text[]) OR e.tongue = ''
ORDER BY c.score DESC, array_position(%(categories)s::text[], e.category::text), e.trend DESC, e.listing_id DESC LIMIT 120
"""
CATEGORIES_ASKED, FEW_OF_A_CREATOR = 3, 2


@dataclass(frozen=True, slots=True)
class Seed:
    """Something that they have, with how much they seem to like it."""

    id: int
    name: str
    category: str
    tongue: str
    liking: float


def for_you(actor: Actor, limit: int = 6) -> list[Entry]:
    """Listings that the actor may like, the likeliest first, each with the reason as `because`; in the actor's scope.

    None where the store is closed, for strangers, machines, those who have nothing of the store yet, and those who want nothing suggested.
    """
    if actor.user_id is None or not is_on(STORE) or reach_of(actor) == NOTHING:
        return []
    seeds = _have(actor)
    if not seeds:
        return []
    return _spread(_allowed(actor, _near(seeds)), limit)


def _have(actor: Actor) -> list[Seed]:
    with connection.cursor() as cursor:
        cursor.execute(_HAVE, {"organisation": actor.organisation.pk, "user": actor.user_id})
        return [Seed(*row) for row in cursor.fetchall()]


def _near(seeds: list[Seed]) -> list[Entry]:
    asked = seeds[:MOST_SEEDS]
    liked: Counter[str] = Counter()
    for seed in asked:
        liked[seed.category] += seed.liking  # type: ignore[assignment] # counts by weight
    values: dict[str, Any] = {
        "seeds": [seed.id for seed in asked],
        "likings": [seed.liking for seed in asked],
        "have": [seed.id for seed in seeds],
        "categories": [category for category, _liking in liked.most_common(CATEGORIES_ASKED)],
        "tongues": sorted({seed.tongue for seed in asked} | {(get_language() or "en").split("-")[0]}),
    }
    names = {seed.id: seed.name for seed in seeds}
    columns = [str(field.column) for field in Entry._meta.concrete_fields]
    asking = _NEAR.replace("{entry}", ", ".join(f"e.{column}" for column in columns))
    with connection.cursor() as cursor:
        cursor.execute(asking, values)
        return [
            _suggested(Entry.from_db("default", columns, row), names.get(because))
            for because, *row in cursor.fetchall()
        ]


def _suggested(entry: Entry, name: str | None) -> Entry:
    reason: str | Promise = (
        format_lazy(_("Because you use {name}"), name=name)
        if name
        else format_lazy(_("Much used in {category}"), category=CATEGORIES[entry.category].label)
    )
    entry.because = reason  # type: ignore[attr-defined] # told with the card, never kept
    return entry


def _allowed(actor: Actor, entries: list[Entry]) -> list[Entry]:
    """Without what the actor's organisation keeps from its people."""
    if reach_of(actor) == EVERYTHING:
        return entries
    allowed = set(allowed_ids(actor))
    own = actor.organisation.pk
    return [entry for entry in entries if entry.organisation_id == own or entry.public_id in allowed]


def _spread(entries: Iterable[Entry], limit: int) -> list[Entry]:
    """The first ones, but of each creator one before a second of anybody's, and two at most."""
    of_creator: Counter[Any] = Counter()
    rounds: list[list[Entry]] = [[] for _round in range(FEW_OF_A_CREATOR)]
    for entry in entries:
        turn = of_creator[entry.organisation_id]
        if turn < FEW_OF_A_CREATOR:
            rounds[turn].append(entry)
            of_creator[entry.organisation_id] += 1
    return [entry for found in rounds for entry in found][:limit]
