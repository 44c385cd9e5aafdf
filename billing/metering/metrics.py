"""Numbers about metering for the operator's metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from billing.models import MeteringCheck
from kernel.tenancy import across_organisations

WAITING = """
SELECT count(*), COALESCE(EXTRACT(EPOCH FROM now() - (
  SELECT created_at FROM billing_usagerecord WHERE id = (SELECT min(record_id) FROM billing_usagepending))), 0)::float
FROM billing_usagepending
"""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric: its words, and values by their names with labels."""

    name: str
    help: str
    samples: dict[str, float]
    kind: str = "gauge"


def families() -> Iterator[Gauge]:
    """How far sums are behind, and what the last check found; -1 where there was none yet."""
    with across_organisations(reason="numbers for the operator"), connection.cursor() as cursor:
        cursor.execute(WAITING)
        waiting, seconds = cursor.fetchone()
        last = MeteringCheck.objects.order_by("-started_at").first()
    yield _gauge("bottega_usage_waiting", "Records of usage that wait to be summed up.", waiting)
    yield _gauge("bottega_usage_waiting_seconds", "Age of the oldest of them.", seconds)
    open_ = last.found if last and last.state == MeteringCheck.State.DIFFERS else 0
    yield _gauge(
        "bottega_metering_differences",
        "Differences that the last check of money found and nobody repaired.",
        open_ if last else -1,
    )
    age = (datetime.now(UTC) - last.started_at).total_seconds() if last else -1
    yield _gauge("bottega_metering_checked_seconds", "Time since the last check of money.", age)


def _gauge(name: str, words: str, value: float) -> Gauge:
    return Gauge(name, words, {name: float(value)})
