"""Who has used what, and who of them is new on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from store.counting.ended import Ended

# In every organisation that the person acts in: who has two workspaces is one person.
_KNOWN = """
SELECT user_id, publication_id, min(first_at AT TIME ZONE 'UTC')::date, max(last_at AT TIME ZONE 'UTC')::date
FROM store_use WHERE user_id = ANY(%s) AND publication_id = ANY(%s) GROUP BY user_id, publication_id
"""
_USE = """
INSERT INTO store_use AS u (organisation_id, user_id, publication_id, turns, days, first_at, last_at)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[], %s::timestamptz[], %s::timestamptz[])
    a (organisation, person, publication, turns, days, first, last)
WHERE EXISTS (SELECT FROM accounts_user p WHERE p.id = a.person) ORDER BY a.organisation, a.person, a.publication
ON CONFLICT (organisation_id, user_id, publication_id) DO UPDATE SET
    turns = u.turns + EXCLUDED.turns,
    days = u.days + ((EXCLUDED.last_at AT TIME ZONE 'UTC')::date > (u.last_at AT TIME ZONE 'UTC')::date)::int,
    first_at = LEAST(u.first_at, EXCLUDED.first_at), last_at = GREATEST(u.last_at, EXCLUDED.last_at)
"""


@dataclass(frozen=True, slots=True)
class New:
    """Somebody's first turn with a listing on its day; `returns` where they had asked on an earlier one."""

    turn: Ended
    returns: bool


def count_people(cursor: Any, turns: list[Ended]) -> list[New]:
    """Add turns to what people have used, a day after the other, and say who is new on theirs.

    Args:
        turns: in the order in which they ended.
    """
    new: list[New] = []
    used = sorted((turn for turn in turns if turn.is_use), key=lambda turn: turn.at.date())
    for day, group in groupby(used, key=lambda turn: turn.at.date()):
        today = list(group)
        new += _new_people(cursor, today, day)
        _add_use(cursor, today)
    return new


def _new_people(cursor: Any, turns: list[Ended], day: date) -> list[New]:
    first: dict[tuple[int | None, str], Ended] = {}
    for turn in turns:
        if turn.is_counted:
            first.setdefault((turn.user_id, turn.publication_id), turn)
    cursor.execute(_KNOWN, [[user for user, _ in first], [publication for _, publication in first]])
    known = {(user, publication): (began, last) for user, publication, began, last in cursor.fetchall()}
    return [
        New(turn, key in known and known[key][0] < day)
        for key, turn in first.items()
        if key not in known or known[key][1] < day
    ]


def _add_use(cursor: Any, turns: list[Ended]) -> None:
    found: dict[tuple[int, int | None, str], list[datetime]] = {}
    for turn in turns:
        found.setdefault((turn.organisation_id, turn.user_id, turn.publication_id), []).append(turn.at)
    keys, moments = list(found), list(found.values())
    cursor.execute(
        _USE,
        [
            *([key[place] for key in keys] for place in range(3)),
            [len(times) for times in moments],
            [1] * len(keys),
            [min(times) for times in moments],
            [max(times) for times in moments],
        ],
    )
