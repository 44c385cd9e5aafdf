"""Keep a reservation while the call that it was made for waits."""

from datetime import datetime

from django.db import connection

from kernel.actions import assert_in_action

HOLD = (
    "UPDATE billing_reservation SET expires_at = GREATEST(expires_at, %s)"
    " WHERE organisation_id = %s AND reference = %s AND state = 'held'"
)


def hold_longer(*, organisation_id: int, reference: str, until: datetime) -> None:
    """Hold the reservation of `reference` until a moment at least, in the caller's open tenant transaction.

    One that was settled or given back stays so, and a call that needed none has none.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [until, organisation_id, reference])
