"""Take what was counted in Redis over into the days of listings: every visit once, whatever is killed in between."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.db import connection

from kernel.redis import sync_redis
from kernel.tenancy import across_organisations
from store.counting.days import add_to_days
from store.counting.notes import note
from store.counting.visits import BATCHES, BUFFER

KINDS = {"i": "impressions", "o": "opens", "a": "listed"}
# What is counted becomes a batch with a name in one step; without anything counted there is none.
_NAME = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2] .. ':' .. ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
return 1
"""


def flush_visits() -> int:
    """Name what was counted since the last time, and add it and whatever an earlier call left to the days.

    A batch is noted in the transaction that adds it and is dropped from Redis after that: one that is found again was added.

    Returns:
        how many batches were added.
    """
    client: Any = sync_redis()
    client.eval(_NAME, 2, BUFFER, BATCHES, uuid4().hex)
    return sum(_add(client, name.decode()) for name in sorted(client.smembers(BATCHES)))


def _add(client: Any, name: str) -> int:
    key = f"{BATCHES}:{name}"
    counts = _counts(client.hgetall(key))
    with across_organisations(reason="visits of listings of all organisations", durable=True):
        fresh = note(f"visits:{name}")
        if fresh:
            with connection.cursor() as cursor:
                add_to_days(cursor, counts)
    client.delete(key)
    client.srem(BATCHES, name)
    return int(fresh)


def _counts(fields: dict[bytes, bytes]) -> dict[tuple[int, date, int], dict[str, int]]:
    """Counts by listing, day and version, from `<day>:<kind>:<listing>:<version>`."""
    found: dict[tuple[int, date, int], dict[str, int]] = {}
    for field, count in fields.items():
        day, kind, listing, version = field.decode().split(":")
        row = found.setdefault((int(listing), date.fromisoformat(day), int(version)), {})
        row[KINDS[kind]] = row.get(KINDS[kind], 0) + int(count)
    return found
