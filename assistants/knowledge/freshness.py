"""When a source's origin is looked at again, and how fresh its content is."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from assistants.knowledge.models import Source

PERIODS = {
    Source.Rhythm.HOURLY: timedelta(hours=1),
    Source.Rhythm.DAILY: timedelta(days=1),
    Source.Rhythm.WEEKLY: timedelta(weeks=1),
    Source.Rhythm.MONTHLY: timedelta(days=30),
}
JITTER = 0.05  # of a period, earlier or later: sources that were added together are not looked at together for ever
MOST_DOUBLINGS = 5
LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a source stands with its origin.

    Attributes:
        checked: when it was looked at last. changed: when the content that is here came. next: when it is looked at next.
        looking: whether somebody is looking, or is about to. error: why the last look failed, as a failure's code.
    """

    checked: datetime | None
    changed: datetime | None
    next: datetime | None
    every: str
    looking: bool
    error: str


def freshness_of(source: Source) -> Freshness:
    """How a source stands with its origin; a file or a text is as fresh as its newest revision."""
    document = source.document
    changed = source.changed_at or (document.created_at if document else None)
    return Freshness(
        checked=source.synced_at,
        changed=changed,
        next=source.sync_at,
        every=source.sync_every,
        looking=source.look_until is not None,
        error=source.sync_error,
    )


def next_look(every: str, *, failures: int = 0) -> datetime | None:
    """When to look again, with some jitter; after failures in a row each time later. None where nobody wants it.

    Args:
        every: a rhythm of `Source.Rhythm`.
    """
    if not every:
        return None
    period = PERIODS[Source.Rhythm(every)]
    later: timedelta = min(period * 2 ** min(failures, MOST_DOUBLINGS), max(LONGEST, period))
    return timezone.now() + later * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
