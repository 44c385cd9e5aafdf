"""Count what was really used against a month's allowance."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from billing.plans import NEW_LIMIT
from kernel.actions import assert_in_action

CHARGE = f"""
INSERT INTO billing_allowanceperiod AS period (organisation_id, month, "limit", reserved, spent)
SELECT %(organisation)s, %(month)s, {NEW_LIMIT}, 0, %(cost)s
ON CONFLICT (organisation_id, month) DO UPDATE
SET spent = period.spent + %(cost)s, reserved = GREATEST(period.reserved - %(released)s, 0)
"""


def charge_allowance(organisation_id: int, month: date, *, cost: int, released: int) -> None:
    """Charge the month, and give back what was kept for it, in micro-units. In the caller's open tenant transaction."""
    assert_in_action()
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "month": month,
        "cost": cost,
        "released": released,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHARGE, values | {"limit": settings.MONTHLY_ALLOWANCE_MICRO})
