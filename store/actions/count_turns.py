"""Count the turns that have ended: who used what, in their own organisation; how often, on the listing's days; and its trend."""

from datetime import date

from django.db import connection

from kernel.tenancy import across_organisations
from store.counting.days import add_to_days
from store.counting.ended import Ended, read_ended, take_ended
from store.counting.people import New, count_people
from store.counting.trends import add_to_trends

BATCH = 2000
Added = dict[tuple[int, date, int], dict[str, int]]


def count_turns() -> int:
    """Count what has ended since the last time, a batch a transaction; returns how many turns were counted.

    A turn's name is noted with its counts: it counts once, however often and late it is seen.
    """
    total = 0
    while counted := _count_batch():
        total += counted
    return total


def _count_batch() -> int:
    with (
        across_organisations(reason="turns belong to their people's organisations", durable=True),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('store.count_turns'))")
        names = take_ended(cursor, limit=BATCH)
        turns = read_ended(cursor, names) if names else []
        new = count_people(cursor, turns)
        add_to_days(cursor, _days(turns, new))
        add_to_trends(cursor, new)
    return len(names)


def _days(turns: list[Ended], new: list[New]) -> Added:
    days: Added = {}
    for turn in turns:
        if turn.counts:
            _add(days, turn, **turn.counts)
    for person in new:
        _add(days, person.turn, people=1, returns=int(person.returns))
    return days


def _add(days: Added, turn: Ended, **counts: int) -> None:
    assert turn.listing_id is not None
    row = days.setdefault((turn.listing_id, turn.day, turn.version), {})
    for name, count in counts.items():
        row[name] = row.get(name, 0) + count
