"""Adding to the days of listings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

COLUMNS = (
    "impressions", "opens", "conversations", "turns", "people", "returns", "installs", "uninstalls", "helpful", "unhelpful",
    "refused", "failed", "timed", "milliseconds", "trials", "listed",
)  # fmt: skip
# A listing, a day (UTC) and the number of a version, with what is to be added.
Days = Mapping[tuple[int, date, int], Mapping[str, int]]
# In one order, so that two who add to the same rows never wait for each other.
_ADD = """
INSERT INTO store_listingday AS d (organisation_id, listing_id, day, version_number, {columns})
SELECT l.organisation_id, l.id, a.day, a.version, {given}
FROM unnest(%s::bigint[], %s::date[], %s::int[], {arrays}) AS a (listing, day, version, {columns})
JOIN store_listing l ON l.id = a.listing ORDER BY l.id, a.day, a.version
ON CONFLICT (listing_id, day, version_number) DO UPDATE SET {sums}
""".format(
    columns=", ".join(COLUMNS),
    given=", ".join(f"a.{name}" for name in COLUMNS),
    arrays=", ".join(["%s::bigint[]"] * len(COLUMNS)),
    sums=", ".join(f"{name} = d.{name} + EXCLUDED.{name}" for name in COLUMNS),
)


def add_to_days(cursor: Any, days: Days) -> None:
    """Add counts to days, inside the scope across organisations; those of listings that are gone are dropped."""
    if not days:
        return
    values = [[counts.get(name, 0) for counts in days.values()] for name in COLUMNS]
    cursor.execute(_ADD, [[key[place] for key in days] for place in range(3)] + values)
