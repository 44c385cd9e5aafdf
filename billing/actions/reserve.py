"""Keep a part of the month's allowance for a call that is about to be made."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from billing.budgets.holding import hold_budgets
from billing.budgets.matching import ANY_BUDGET, Spender
from billing.metered import hold_metered, metered_terms
from billing.overage import hold_overage
from billing.plans import NEW_LIMIT
from billing.prices import next_month, this_month
from kernel.actions import assert_in_action
from kernel.errors import DomainError
from kernel.money import format_money

HELD_FOR = timedelta(minutes=30)

# One statement takes and notes the credit. The period's row lock makes concurrent takers queue, and each looks again
# at what is left when its turn comes.
TAKE = f"""
WITH taken AS (
  UPDATE billing_allowanceperiod SET reserved = reserved + %(amount)s
  WHERE organisation_id = %(organisation)s AND month = %(month)s AND spent + reserved + %(amount)s <= "limit"
    AND NOT EXISTS (SELECT 1 FROM billing_reservation
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s)
  RETURNING id)
INSERT INTO billing_reservation
  (organisation_id, reference, month, amount, state, user_id, api_key_id, created_at, expires_at)
SELECT %(organisation)s, %(reference)s, %(month)s, %(amount)s, 'held', %(user)s, %(api_key)s, now(), now() + %(held_for)s
FROM taken RETURNING {ANY_BUDGET}
"""  # noqa: S608
OPEN_MONTH = f"""
INSERT INTO billing_allowanceperiod (organisation_id, month, "limit", reserved, spent)
SELECT %(organisation)s, %(month)s, {NEW_LIMIT}, 0, 0 ON CONFLICT (organisation_id, month) DO NOTHING
"""
STANDING = """
SELECT EXISTS (SELECT 1 FROM billing_reservation WHERE organisation_id = %(organisation)s AND reference = %(reference)s)
         OR EXISTS (SELECT 1 FROM billing_wallethold
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'usage'),
       "limit", spent + reserved, metered_spent + metered_reserved
FROM billing_allowanceperiod WHERE organisation_id = %(organisation)s AND month = %(month)s
"""


class AllowanceUsedUp(DomainError):
    code = "allowance_used_up"
    status = 402
    user_message = _(
        "%(organisation)s has %(left)s left of this month's %(limit)s, too little for this answer. The allowance starts"
        " again on %(renews)s. Until then use a model without costs, or ask whoever runs this server to raise it."
    )

    @property
    def details(self) -> dict[str, Any]:
        """When it starts again, and where it is looked at."""
        return {
            "renews_at": self.context["renews_at"],
            "url": settings.PUBLIC_URL + reverse("billing:usage"),
        }


class OverageLimitReached(AllowanceUsedUp):
    code = "overage_limit_reached"
    user_message = _(
        "%(organisation)s has %(left)s left of the %(limit)s that the plan %(plan)s lets come on its invoice beyond this"
        " month's allowance, too little for this answer. The month starts again on %(renews)s. Until then use a model"
        " without costs, or choose a plan with a larger allowance under Organisation, Plans."
    )


def reserve(
    *,
    organisation: Any,
    reference: str,
    amount: int,
    user: Any = None,
    api_key_id: int | None = None,
    spender: Spender | None = None,
) -> None:
    """Hold `amount` micro-units for the call `reference`, in the caller's open tenant transaction.

    Of the month's allowance; where that has too little left and the plan goes on beyond it, of what may come on the plan's
    invoice, or of the wallet. And of every budget that the call falls under. The same reference again changes nothing. An amount of 0 (a model without costs)
    needs no reservation and is never refused.

    Args:
        spender: for whom and what, where that is more than the person and the key.

    Raises:
        AllowanceUsedUp: less than `amount` is left this month.
        OverageLimitReached: less than that may still come on the plan's invoice.
        BudgetUsedUp: less than that is left of a budget.
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
        taken = cursor.fetchone()
        (has_budgets,) = taken or _take_slowly(cursor, organisation, values)
    if has_budgets:
        spender = spender or Spender(values["organisation"], values["user"], api_key_id)
        hold_budgets(spender, reference=reference, amount=amount)


def _take_slowly(cursor: Any, organisation: Any, values: dict[str, Any]) -> tuple[bool]:
    """The month is new, the reference known (then nothing is taken), or too little is left; whether there may be budgets."""
    cursor.execute(OPEN_MONTH, values)
    cursor.execute(TAKE, values)
    taken: tuple[bool] | None = cursor.fetchone()
    if taken is not None:
        return taken
    cursor.execute(STANDING, values)
    known, limit, gone, spent_metered = cursor.fetchone()
    if known:
        return (False,)
    terms = metered_terms(cursor, values)
    if terms is not None:
        plan, most = terms
        if not hold_metered(cursor, values, most):
            raise _used_up(organisation, most, spent_metered, values["month"], plan=plan)
    elif not hold_overage(cursor, values):
        raise _used_up(organisation, limit, gone, values["month"])
    return (True,)


def _used_up(organisation: Any, limit: int, gone: int, month: date, *, plan: str = "") -> AllowanceUsedUp:
    error = OverageLimitReached if plan else AllowanceUsedUp
    return error(
        plan=plan,
        organisation=organisation.name,
        left=format_money(max(limit - gone, 0), settings.CURRENCY),
        limit=format_money(limit, settings.CURRENCY),
        renews=formats.date_format(next_month(month), "j F"),
        renews_at=datetime.combine(next_month(month), time(), UTC).isoformat(),
    )
