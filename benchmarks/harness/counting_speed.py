"""Noting visits and adding them to days: `python -m harness.counting_speed LISTINGS COUNTS`. Prints figures as JSON.

A page here shows 33 cards, as the front page does, to a visitor who has not seen them in this hour.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from types import SimpleNamespace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import psycopg  # noqa: E402 - needs the applications

from harness.load_listings import load  # noqa: E402
from kernel.redis import sync_redis  # noqa: E402
from kernel.tenancy import across_organisations  # noqa: E402
from store.actions.flush_visits import flush_visits  # noqa: E402
from store.counting import note_impressions  # noqa: E402
from store.counting.visits import BUFFER  # noqa: E402
from store.models import Entry, ListingDay  # noqa: E402

CARDS, PAGES = 33, 500
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"}


def page_of(visitor: int) -> SimpleNamespace:
    """A request by a visitor of their own."""
    actor = SimpleNamespace(user_id=None, ip=f"203.0.113.{visitor}", organisation=SimpleNamespace(pk=0))
    return SimpleNamespace(actor=actor, method="GET", headers=BROWSER)


def note_pages() -> dict[str, float]:
    """Milliseconds that noting adds to a page, by the clock and of this process."""
    with across_organisations(reason="what a page shows"):
        cards = list(Entry.unscoped.order_by("-conversations")[:CARDS])
    note_impressions(page_of(-1), cards)
    waited, began = [], time.process_time()
    for visitor in range(PAGES):
        start = time.perf_counter()
        note_impressions(page_of(visitor), cards)
        waited.append(time.perf_counter() - start)
    spent = (time.process_time() - began) / PAGES
    sync_redis().delete(BUFFER)
    return {"page_ms": round(median(waited) * 1000, 3), "page_cpu_ms": round(spent * 1000, 3)}


def flush(count: int) -> dict[str, float]:
    """Seconds for so many counts of different listings and days at once, into an empty table and then onto those rows."""
    with across_organisations(reason="what is counted"):
        keys = list(Entry.unscoped.values_list("pk", flat=True))
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=n) for n in range(count // len(keys) + 1)]
    fields = [f"{day}:i:{key}:1" for day in days for key in keys][:count]
    seconds = []
    for _time in range(2):
        sync_redis().hset(BUFFER, mapping=dict.fromkeys(fields, 3))
        began = time.monotonic()
        flush_visits()
        seconds.append(time.monotonic() - began)
    with across_organisations(reason="how many there are"):
        rows = ListingDay.unscoped.filter(impressions=6).count()
    return {
        "flush_s": round(max(seconds), 2),
        "flush_first_s": round(seconds[0], 2),
        "counts_a_second": round(count / max(seconds)),
        "rows": rows,
    }


def main(listings: int, counts: int) -> None:
    """Load, measure, print."""
    superuser = os.environ["DATABASE_OWNER_URL"].replace("bottega_owner@", "postgres@")
    with psycopg.connect(superuser, autocommit=True) as admin:
        load(listings, admin)
    print(json.dumps(note_pages() | flush(counts)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
