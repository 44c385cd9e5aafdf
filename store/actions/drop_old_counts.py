"""Drop what nobody needs of the counts any more: days past their time, and notes of what cannot come twice."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from kernel.tenancy import across_organisations
from store.models import Counted, Crowd, ListingDay

# An event is handed over for minutes, a turn is looked for within minutes of the last one, and a batch of visits is found again
# only where Redis came back from an old copy of itself.
NOTES_KEPT = timedelta(days=8)
CROWDS_KEPT = timedelta(days=2)
# Notes of turns are many, and are asked for within minutes of the last turn that was counted.
_TURNS = """
DELETE FROM store_counted WHERE key LIKE 'turn\\_%'
    AND at < (SELECT at FROM store_counted WHERE key = 'turns') - interval '2 hours'
"""


def drop_old_counts() -> int:
    """Drop them in all organisations; returns how many days of listings went."""
    now = datetime.now(UTC)
    reason = "counts of all organisations"
    with across_organisations(reason=reason, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(_TURNS)
        Counted.objects.filter(at__lt=now - NOTES_KEPT).exclude(key="turns").delete()
        Crowd.objects.filter(day__lt=(now - CROWDS_KEPT).date()).delete()
        days = ListingDay.objects.across_organisations(reason=reason)
        kept_from = now.date() - timedelta(days=settings.STORE_DAYS_KEPT)
        dropped, _by_model = days.filter(day__lt=kept_from).delete()
        return int(dropped)
