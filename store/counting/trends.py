"""Adding people to the trends of listings: only those that somebody has used are touched."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from store.counting.people import New
from store.trending import crowd_of, weight_of_crowd, worth

_CROWD = """
INSERT INTO store_crowd AS c (listing_id, day, crowd, people)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::int[]) a (listing, day, crowd, people) ORDER BY 1, 2, 3
ON CONFLICT (listing_id, day, crowd) DO UPDATE SET people = c.people + EXCLUDED.people
RETURNING listing_id, day, crowd, people
"""
# As store.trending.trend_after does it; a listing without a score has 0. In one order, so that writers never wait for each other.
_TREND = """
WITH held AS (SELECT id FROM store_listing WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE)
UPDATE store_listing l SET trend = CASE WHEN l.trend <= 0 THEN a.worth
    ELSE GREATEST(l.trend, a.worth) + ln(1 + exp(-LEAST(abs(l.trend - a.worth), 700))) END
FROM unnest(%s::bigint[], %s::float8[]) a (id, worth) JOIN held USING (id) WHERE l.id = a.id
"""
Key = tuple[int | None, date, int]


def add_to_trends(cursor: Any, new: list[New]) -> None:
    """Let people who are new on a day lift their listings, each crowd of them less the more they are."""
    crowds: dict[Key, list[float]] = defaultdict(list)
    latest: dict[tuple[int | None, date], datetime] = {}
    for person in new:
        turn = person.turn
        if turn.joined_at is None:
            continue
        crowd, weight = crowd_of(organisation_id=turn.organisation_id, age=turn.at - turn.joined_at)
        crowds[turn.listing_id, turn.day, crowd].append(weight)
        latest[turn.listing_id, turn.day] = turn.at
    for day in sorted({day for _, day, _ in crowds}):
        _add(cursor, {key: each for key, each in crowds.items() if key[1] == day}, latest)


def _add(
    cursor: Any, crowds: dict[Key, list[float]], latest: dict[tuple[int | None, date], datetime]
) -> None:
    keys = list(crowds)
    cursor.execute(
        _CROWD,
        [*([key[place] for key in keys] for place in range(3)), [len(each) for each in crowds.values()]],
    )
    weights: dict[tuple[int | None, date], float] = defaultdict(float)
    for listing, day, crowd, people in cursor.fetchall():
        each = crowds[listing, day, crowd]
        weights[listing, day] += weight_of_crowd(before=people - len(each), each=each)
    listings = [listing for listing, _ in weights]
    worths = [worth(latest[key], weight) for key, weight in weights.items()]
    cursor.execute(_TREND, [listings, listings, worths])
