"""Write down, once a day, how much every organisation keeps."""

from collections import defaultdict
from datetime import UTC, datetime, time

from django.conf import settings

from billing.metering.record import record_usages
from billing.metering.usages import STORAGE, UsageInput
from kernel import registries
from kernel.tenancy import across_organisations

MEGABYTE = 1_000_000
DAYS_A_MONTH = 30


def meter_storage() -> int:
    """Record today's storage of all organisations, at the platform's cost; returns how many records are new.

    A day's first run counts: another one changes nothing. Megabytes are of a million bytes, begun ones are whole.
    """
    today = datetime.now(UTC).date()
    kept: dict[int, int] = defaultdict(int)
    with across_organisations(reason="what all organisations keep"):
        for room in registries.storage_rooms:
            for one in room():
                kept[one.organisation_id] += one.bytes
    written = 0
    for organisation_id, size in sorted(kept.items()):
        if size > 0:
            usage = UsageInput(
                ordinal=0,
                product="",
                product_name="",
                model="",
                provider="",
                input_tokens=0,
                output_tokens=0,
                price=None,
                kind=STORAGE,
                quantity=-(-size // MEGABYTE),
                unit="MB day",
                unit_price=settings.STORAGE_PRICE_MICRO * 1_000 // DAYS_A_MONTH,
                reference=f"storage/{today}",
                at=datetime.combine(today, time(), UTC),
            )
            written += record_usages(organisation_id, [usage]).records
    return written
