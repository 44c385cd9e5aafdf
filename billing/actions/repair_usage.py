"""Make sums again from their records, where a check found them different."""

from datetime import date

from django.db import connection

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.metering.checking import SUMMED
from billing.metering.sums import DAY_KEYS, HOUR_KEYS, MEASURES, grouped
from billing.models import MeteringCheck
from kernel.actions import assert_in_action
from kernel.errors import NotFound
from kernel.tenancy import across_organisations

# Whoever sums up waits until this is through, so that no record joins sums that are being made.
LOCK = "LOCK TABLE billing_usagehourly, billing_usagedaily IN SHARE ROW EXCLUSIVE MODE"


def _set(table: str, keys: tuple[str, ...]) -> str:
    columns = ", ".join((*keys, "product_name", *MEASURES))
    same = ", ".join(f"{name} = EXCLUDED.{name}" for name in MEASURES)
    differs = f"({', '.join(f'sums.{name}' for name in MEASURES)}) IS DISTINCT FROM ({', '.join(f'EXCLUDED.{name}' for name in MEASURES)})"
    return (
        f"INSERT INTO {table} AS sums ({columns}) {grouped(keys, SUMMED)}"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {same} WHERE {differs}"
    )


def _emptied(table: str, keys: tuple[str, ...], time: str) -> str:
    """Sums that no record has. They stay, since what was posted of them is taken back by what is posted next."""
    nothing = ", ".join(f"{name} = 0" for name in MEASURES)
    something = " OR ".join(f"{name} <> 0" for name in MEASURES)
    # As texts, since rows that hold nulls cannot be hashed to be looked up.
    same = " = ".join(f"ROW({', '.join(f'{row}.{key}' for key in keys)})::text" for row in ("raw", "sums"))
    return (
        f"UPDATE {table} sums SET {nothing} WHERE ({something})"  # noqa: S608
        f" AND (%(since)s::date IS NULL OR {time} >= %(since)s)"
        f" AND NOT EXISTS (SELECT 1 FROM ({grouped(keys, SUMMED)}) raw WHERE {same})"
    )


STATEMENTS = (
    _set("billing_usagehourly", HOUR_KEYS),
    _set("billing_usagedaily", DAY_KEYS),
    _emptied("billing_usagehourly", HOUR_KEYS, "sums.hour AT TIME ZONE 'UTC'"),
    _emptied("billing_usagedaily", DAY_KEYS, "sums.day"),
)


def repair_usage(*, since: date | None) -> int:
    """Make the sums from a day on again from their records; returns how many were wrong.

    What differs from what was posted is posted by the next job as a correction: nothing in the ledger changes.
    """
    with across_organisations(reason="sums of all organisations are made again", durable=True):
        return _repair(since)


def repair_after_check(*, staff: Staff, check_id: int, reason: str) -> int:
    """Make the sums again that a check looked at; returns how many were wrong.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such check.
    """
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    with across_organisations(reason="sums of all organisations are made again", durable=True):
        check = MeteringCheck.objects.select_for_update().filter(pk=check_id).first()
        if check is None:
            raise NotFound
        repaired = _repair(check.first_day)
        check.state = MeteringCheck.State.REPAIRED
        check.save(update_fields=["state"])
        record_staff_action(
            staff=staff.user,
            action="usage.repaired",
            target=check,
            reason=why,
            ip=staff.ip,
            repaired=repaired,
        )
    return repaired


def _repair(since: date | None) -> int:
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        repaired = 0
        for statement in STATEMENTS:
            cursor.execute(statement, {"since": since})
            repaired += cursor.rowcount
    return repaired
