"""Keep a part of the month's allowance for a call that is about to be made."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from billing.key_budgets import take_from_key
from billing.plans import NEW_LIMIT
from billing.prices import next_month, this_month
from kernel.actions import assert_in_action
from kernel.errors import DomainError
from kernel.money import format_money

HELD_FOR = timedelta(minutes=30)

# One statement takes and notes the credit. The period's row lock makes concurrent takers queue, and each looks again
# at what is left when its turn comes.
TAKE = """
WITH taken AS (
  UPDATE billing_allowanceperiod SET reserved = reserved + %(amount)s
  WHERE organisation_id = %(organisation)s AND month = %(month)s AND spent + reserved + %(amount)s <= "limit"
    AND NOT EXISTS (SELECT 1 FROM billing_reservation
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s)
  RETURNING id)
INSERT INTO billing_reservation
  (organisation_id, reference, month, amount, state, user_id, api_key_id, created_at, expires_at)
SELECT %(organisation)s, %(reference)s, %(month)s, %(amount)s, 'held', %(user)s, %(api_key)s, now(), now() + %(held_for)s
FROM taken RETURNING id
"""
OPEN_MONTH = f"""
INSERT INTO billing_allowanceperiod (organisation_id, month, "limit", reserved, spent)
SELECT %(organisation)s, %(month)s, {NEW_LIMIT}, 0, 0 ON CONFLICT (organisation_id, month) DO NOTHING
"""
STANDING = """
SELECT EXISTS (SELECT 1 FROM billing_reservation WHERE organisation_id = %(organisation)s AND reference = %(reference)s),
       "limit", spent + reserved
FROM billing_allowanceperiod WHERE organisation_id = %(organisation)s AND month = %(month)s
"""


class AllowanceUsedUp(DomainError):
    code = "allowance_used_up"
    status = 402
    user_message = _(
        "%(organisation)s has %(left)s left of this month's %(limit)s, too little for this answer. The allowance starts"
        " again on %(renews)s. Until then use a model without costs, or ask whoever runs this server to raise it."
    )


def reserve(
    *, organisation: Any, reference: str, amount: int, user: Any = None, api_key_id: int | None = None
) -> None:
    """Hold `amount` micro-units for the call `reference`, in the caller's open tenant transaction.

    The same reference again changes nothing. An amount of 0 (a model without costs) needs no reservation and is
    never refused.

    Raises:
        AllowanceUsedUp: less than `amount` is left this month.
        KeyBudgetUsedUp: less than that is left of the key's own budget.
    """
    assert_in_action()
    if amount <= 0:
        return
    values = {
        "organisation": organisation.pk,
        "reference": reference,
        "amount": amount,
        "month": this_month(),
        "user": user.pk if user else None,
        "api_key": api_key_id,
        "held_for": HELD_FOR,
        "limit": settings.MONTHLY_ALLOWANCE_MICRO,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        taken = cursor.fetchone() is not None or _take_slowly(cursor, organisation, values)
        if taken and api_key_id is not None:
            take_from_key(cursor, values)


def _take_slowly(cursor: Any, organisation: Any, values: dict[str, Any]) -> bool:
    """The month is new, the reference known (then nothing is taken), or too little is left."""
    cursor.execute(OPEN_MONTH, values)
    cursor.execute(TAKE, values)
    if cursor.fetchone() is not None:
        return True
    cursor.execute(STANDING, values)
    known, limit, gone = cursor.fetchone()
    if not known:
        raise _used_up(organisation, limit, gone, values["month"])
    return False


def _used_up(organisation: Any, limit: int, gone: int, month: date) -> AllowanceUsedUp:
    return AllowanceUsedUp(
        organisation=organisation.name,
        left=format_money(max(limit - gone, 0), settings.CURRENCY),
        limit=format_money(limit, settings.CURRENCY),
        renews=formats.date_format(next_month(month), "j F"),
    )
