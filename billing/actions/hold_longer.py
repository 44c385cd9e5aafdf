"""Keep a reservation while the call that it was made for waits."""

from datetime import datetime

from django.db import connection

from kernel.actions import assert_in_action

HOLD = (
    "WITH budgets AS (UPDATE billing_budgethold SET expires_at = GREATEST(expires_at, %s)"
    " WHERE organisation_id = %s AND reference = %s AND state = 'held'),"
    " wallet AS (UPDATE billing_wallethold SET expires_at = GREATEST(expires_at, %s)"
    " WHERE organisation_id = %s AND reference = %s AND state = 'held')"
    " UPDATE billing_reservation SET expires_at = GREATEST(expires_at, %s)"
    " WHERE organisation_id = %s AND reference = %s AND state = 'held'"
)


def hold_longer(*, organisation_id: int, reference: str, until: datetime) -> None:
    """Hold the reservation of `reference`, its price and its budgets, until a moment at least, in the caller's open tenant transaction.

    One that was settled or given back stays so, and a call that needed none has none.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [until, organisation_id, reference] * 3)
