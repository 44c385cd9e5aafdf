"""Look whether sums, ledger and wallets agree with what they come from, and raise the alarm where they do not."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from time import monotonic

import structlog
from django.db import transaction

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.metering.checking import count_records, find_differences
from billing.models import MeteringCheck
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.queries import platform_organisation

NIGHTLY_DAYS = 35  # the whole of a month before it is closed; older sums are looked at by the command
KEPT = 200  # differences of a check; `found` counts all
DIFFERS = "metering.differs"
logger = structlog.get_logger(__name__)


def check_metering(*, since: date | None = None) -> MeteringCheck:
    """Compare, note what was found, and tell finance and operators of any difference: by bell and mail, in the log, as a metric.

    Args:
        since: sums from this day on, in UTC; all of them where it is None. Ledger and wallets are always looked at whole.
    """
    began = monotonic()
    with across_organisations(reason="sums of all organisations are compared", durable=True):
        records = count_records(since)
        found = list(find_differences(since))
        check = MeteringCheck.objects.create(
            state=MeteringCheck.State.DIFFERS if found else MeteringCheck.State.AGREES,
            first_day=since,
            records=records,
            found=len(found),
            differences=list(islice(found, KEPT)),
            seconds=round(monotonic() - began, 3),
        )
        if found:
            publish_event(platform_organisation(), DIFFERS, {"check": check.pk, "found": len(found)})
    if found:
        logger.error("metering_differs", check=check.pk, found=len(found), first=found[:5])
    return check


def check_recent() -> MeteringCheck:
    """The nightly check."""
    return check_metering(since=datetime.now(UTC).date() - timedelta(days=NIGHTLY_DAYS))


def check_by_hand(*, staff: Staff, reason: str) -> MeteringCheck:
    """The same, when staff ask for it.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
    """
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    check = check_recent()
    with transaction.atomic(durable=True):
        record_staff_action(
            staff=staff.user,
            action="metering.checked",
            target=check,
            reason=why,
            ip=staff.ip,
            found=check.found,
        )
    return check
