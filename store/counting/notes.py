"""Notes of what was counted, written in the transaction that counts it."""

from collections.abc import Iterable

from django.db import connection


def note(key: str) -> bool:
    """Note that something is counted; False where it was already, and must not be again."""
    return bool(note_all([key]))


def note_all(keys: Iterable[str]) -> set[str]:
    """Note all of these; returns those that are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_counted (key, at) SELECT DISTINCT key, now() FROM unnest(%s::text[]) key ORDER BY key"
            " ON CONFLICT DO NOTHING RETURNING key",
            [list(keys)],
        )
        return {row[0] for row in cursor.fetchall()}
