"""Monthly budgets of API keys: a part is kept before a call and settled after it, like the organisation's allowance.

Keys that came from each other by rotation share the budget of the first of them. A key without a budget has no row.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from billing.prices import next_month
from kernel.errors import DomainError
from kernel.money import format_money

BUDGET = """
SELECT COALESCE(origin_id, id), monthly_budget_micro, name FROM organisations_apikey
WHERE organisation_id = %(organisation)s AND id = %(api_key)s AND monthly_budget_micro IS NOT NULL
"""
# The row's lock makes concurrent takers queue; each looks again at what is left when its turn comes.
TAKE = """
INSERT INTO billing_keymonth AS month (organisation_id, key_id, month, reserved, spent)
SELECT %(organisation)s, %(budget_key)s, %(month)s, %(amount)s, 0 WHERE %(amount)s <= %(budget)s
ON CONFLICT (organisation_id, key_id, month) DO UPDATE SET reserved = month.reserved + %(amount)s
WHERE month.spent + month.reserved + %(amount)s <= %(budget)s
RETURNING id
"""
CHARGE = """
INSERT INTO billing_keymonth AS month (organisation_id, key_id, month, reserved, spent)
SELECT %(organisation)s, COALESCE(origin_id, id), %(month)s, 0, %(cost)s FROM organisations_apikey
WHERE organisation_id = %(organisation)s AND id = %(api_key)s AND monthly_budget_micro IS NOT NULL
ON CONFLICT (organisation_id, key_id, month) DO UPDATE
SET spent = month.spent + %(cost)s, reserved = GREATEST(month.reserved - %(released)s, 0)
"""


class KeyBudgetUsedUp(DomainError):
    code = "key_budget_used_up"
    status = 402
    user_message = _(
        "The API key “%(key)s” has too little left of its %(budget)s a month for this answer. Its budget starts again on"
        " %(renews)s. Until then use another key, or make one with a larger budget under Organisation, API keys."
    )


def take_from_key(cursor: Any, values: dict[str, Any]) -> None:
    """Keep `amount` of the month's budget of the key `api_key`, where it has one; inside the reservation's transaction.

    Raises:
        KeyBudgetUsedUp: less than that is left.
    """
    cursor.execute(BUDGET, values)
    found = cursor.fetchone()
    if found is None:
        return
    budget_key, budget, name = found
    cursor.execute(TAKE, {**values, "budget_key": budget_key, "budget": budget})
    if cursor.fetchone() is None:
        raise KeyBudgetUsedUp(
            key=name,
            budget=format_money(budget, settings.CURRENCY),
            renews=formats.date_format(next_month(values["month"]), "j F"),
        )


def charge_key(
    cursor: Any, organisation_id: int, api_key_id: int, month: date, *, cost: int, released: int
) -> None:
    """Count what a call of a key really cost against its budget, and give back what was kept for it."""
    values = {"organisation": organisation_id, "api_key": api_key_id, "month": month}
    cursor.execute(CHARGE, values | {"cost": cost, "released": released})
