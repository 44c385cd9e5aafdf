"""Use beyond the allowance that comes on the plan's invoice: kept of what the plan lets come there in a month, then counted."""

from typing import Any

from billing.plans import ON_PLAN

# Which plan says so, and how much may come there; nothing where the organisation's subscription does not count use, or is not
# paid: then the wallet pays.
TERMS = f"""
SELECT plan.name, plan.overage_limit FROM {ON_PLAN}
WHERE holder.organisation_id = %(organisation)s AND plan.overage AND plan.overage_paid_by = 'metered'
  AND EXISTS (SELECT 1 FROM billing_subscription subscription
              WHERE subscription.organisation_id = %(organisation)s AND subscription.metered AND subscription.state = 'active')
"""  # noqa: S608
# The month's row lock makes concurrent takers queue; each looks again at what is left when its turn comes.
HOLD = """
WITH taken AS (
  UPDATE billing_allowanceperiod SET metered_reserved = metered_reserved + %(amount)s
  WHERE organisation_id = %(organisation)s AND month = %(month)s
    AND metered_spent + metered_reserved + %(amount)s <= %(most)s
    AND NOT EXISTS (SELECT 1 FROM billing_reservation
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s)
  RETURNING id)
INSERT INTO billing_reservation
  (organisation_id, reference, month, amount, metered, state, user_id, api_key_id, created_at, expires_at)
SELECT %(organisation)s, %(reference)s, %(month)s, %(amount)s, true, 'held', %(user)s, %(api_key)s, now(), now() + %(held_for)s
FROM taken RETURNING id
"""
# What was kept for a call may be spent, and what is left of the month besides; more than that is the platform's.
PAYABLE = f"""
SELECT held.amount + GREATEST(COALESCE((SELECT plan.overage_limit FROM {ON_PLAN}
    WHERE holder.organisation_id = held.organisation_id), 0) - period.metered_spent - period.metered_reserved, 0) AS payable
FROM billing_reservation held
JOIN billing_allowanceperiod period ON period.organisation_id = held.organisation_id AND period.month = held.month
WHERE held.organisation_id = %s AND held.reference = %s AND held.metered AND held.state = 'held'
FOR UPDATE OF period
"""  # noqa: S608
END = """
UPDATE billing_allowanceperiod
SET metered_reserved = metered_reserved - %(released)s, metered_spent = metered_spent + %(cost)s
WHERE organisation_id = %(organisation)s AND month = %(month)s
"""


def metered_terms(cursor: Any, values: dict[str, Any]) -> tuple[str, int] | None:
    """The plan's name, and the micro-units that may come on its invoice in a month; None where the wallet pays."""
    cursor.execute(TERMS, values)
    found: tuple[str, int] | None = cursor.fetchone()
    return found


def hold_metered(cursor: Any, values: dict[str, Any], most: int) -> bool:
    """Keep `amount` of what may come on the invoice this month; says whether so much was left."""
    cursor.execute(HOLD, values | {"most": most})
    return cursor.fetchone() is not None


def settle_metered(cursor: Any, organisation_id: int, month: Any, *, cost: int, released: int) -> None:
    """Count what a call really used, and give back what was kept for it."""
    cursor.execute(END, {"organisation": organisation_id, "month": month, "cost": cost, "released": released})
