"""How the store's entries share out over the marks of use, by which a search of many begins with the most used."""

from time import monotonic

from django.db import connection

KEPT_SECONDS = 600.0
_kept: tuple[float, list[float]] = (0.0, [])


def use_shares() -> list[float]:
    """The share of all entries that were used 4 to the power of n times at least, n from 0 to 11; a process asks now and then."""
    global _kept
    until, shares = _kept
    if until <= monotonic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT store_use_shares()")
            shares = cursor.fetchone()[0]
        _kept = (monotonic() + KEPT_SECONDS, shares)
    return shares
