"""Write down what calls really used, and give back the rest of their reservation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from billing.actions.charge_allowance import charge_allowance
from billing.actions.settle_price import settle_price
from billing.actions.use_trial import give_trial_back
from billing.budgets.holding import settle_budgets
from billing.budgets.matching import Spender
from billing.fees import with_fee
from billing.metered import PAYABLE, settle_metered
from billing.metering.usages import COLUMNS, UsageInput, answer_at, row_of
from billing.overage import settle_overage
from billing.prices import this_month
from kernel.actions import assert_in_action
from kernel.tenancy import HasPk

__all__ = ["UsageInput", "settle"]

# What an organisation's own key paid for is recorded, and drawn from nothing of ours; what the price of an answer covers
# is drawn from no allowance.
# What goes beyond both what was kept of the wallet and what is free in it is the platform's: nothing overdraws a wallet, or
# brings more on a plan's invoice than the plan says.
PAID_BY = (
    "CASE WHEN EXISTS (SELECT 1 FROM held_price) THEN 'price' WHEN NOT EXISTS (SELECT 1 FROM payer) THEN 'allowance'"
    " WHEN %s <= (SELECT payable FROM payer) THEN (SELECT name FROM payer) ELSE 'platform' END"
)
NAMES = ", ".join(COLUMNS)
COST = list(COLUMNS).index("cost")
VALUES = ", ".join(["%s"] * (1 + len(COLUMNS)))
ROW = f"({VALUES}, now(), {PAID_BY})"
OWN_ROW = f"({VALUES}, now(), 'own_key')"
# Only rows that are new count as spent, and only a reservation still held is given back: a second settlement of the
# same calls changes nothing.
WRITE = (
    "WITH held_price AS (SELECT id FROM billing_wallethold WHERE organisation_id = %s AND reference = %s"  # noqa: S608
    " AND purpose = 'price' AND state = 'held'),"
    " beyond AS (SELECT held.amount + wallet.balance - wallet.reserved AS payable FROM billing_wallethold held"
    " JOIN billing_wallet wallet ON wallet.organisation_id = held.organisation_id"
    " WHERE held.organisation_id = %s AND held.reference = %s AND purpose = 'usage' AND state = 'held'"
    " FOR UPDATE OF wallet),"
    f" metered AS ({PAYABLE}),"
    " payer AS (SELECT payable, 'wallet' AS name FROM beyond UNION ALL SELECT payable, 'metered' FROM metered),"
    " fresh AS (INSERT INTO billing_usagerecord (organisation_id, {names}, created_at, paid_by) VALUES {rows} ON CONFLICT (organisation_id, reference, ordinal) DO NOTHING"
    " RETURNING id, organisation_id, cost, paid_by, api_key_id),"
    " pending AS (INSERT INTO billing_usagepending (record_id, organisation_id)"
    " SELECT id, organisation_id FROM fresh),"
    " ended AS (UPDATE billing_reservation SET state = 'settled' WHERE organisation_id = %s AND reference = %s"
    " AND state = 'held' RETURNING amount)"
    " SELECT COALESCE((SELECT sum(cost) FROM fresh WHERE paid_by = 'allowance'), 0)::bigint,"
    " COALESCE((SELECT sum(cost) FROM fresh WHERE paid_by = 'price'), 0)::bigint,"
    " COALESCE((SELECT sum(cost) FROM fresh WHERE paid_by = 'wallet'), 0)::bigint,"
    " COALESCE((SELECT sum(cost) FROM fresh WHERE paid_by = 'metered'), 0)::bigint,"
    " EXISTS (SELECT 1 FROM held_price), EXISTS (SELECT 1 FROM beyond), COALESCE((SELECT amount FROM ended), 0),"
    " held.month, COALESCE(held.metered, false), EXISTS (SELECT 1 FROM billing_budget WHERE organisation_id = %s)"
    " OR EXISTS (SELECT 1 FROM billing_budgethold WHERE organisation_id = %s AND reference = %s)"
    " OR EXISTS (SELECT 1 FROM organisations_apikey key JOIN fresh ON fresh.api_key_id = key.id"
    " WHERE key.organisation_id = %s AND key.monthly_budget_micro IS NOT NULL) FROM (SELECT 1) one"
    " LEFT JOIN billing_reservation held ON held.organisation_id = %s AND held.reference = %s"
)
RELEASE = (
    "WITH ended AS (UPDATE billing_reservation SET state = 'settled'"
    " WHERE organisation_id = %s AND reference = %s AND state = 'held' RETURNING amount, month, metered)"
    " SELECT COALESCE((SELECT amount FROM ended), 0), (SELECT month FROM ended),"
    " COALESCE((SELECT metered FROM ended), false),"
    " EXISTS (SELECT 1 FROM billing_wallethold WHERE organisation_id = %s AND reference = %s AND purpose = 'usage'),"
    " EXISTS (SELECT 1 FROM billing_budgethold WHERE organisation_id = %s AND reference = %s)"
)


def settle(
    *,
    organisation: HasPk | int,
    reference: str,
    usages: Sequence[UsageInput],
    answered: bool = True,
) -> int:
    """Record the calls of `reference`, charge them and release what is left of its reservation.

    Returns what the allowance was charged, in micro-units: calls that were recorded before are not among it.

    Idempotent by (reference, ordinal). What was really used is always recorded and charged, even beyond the
    reservation: it has been spent. In the caller's open tenant transaction. `organisation` may be its integer key.

    Args:
        answered: whether there is an answer; none is counted where there is none, and nobody pays its price.
    """
    assert_in_action()
    organisation_id = organisation if isinstance(organisation, int) else organisation.pk
    usages = with_fee(organisation_id, usages, answered=answered)
    with connection.cursor() as cursor:
        done = (
            _written(cursor, organisation_id, reference, usages, answered=answered)
            if usages
            else _released(cursor, organisation_id, reference)
        )
        month = done.month or this_month()
        kept = 0 if done.is_metered else done.released
        if done.charged or kept:
            charge_allowance(organisation_id, month, cost=done.charged, released=kept)
        if done.is_metered:
            settle_metered(cursor, organisation_id, month, cost=done.metered, released=done.released)
        paid = done.charged + done.beyond + done.metered
        if done.priced:
            paid += settle_price(
                organisation_id=organisation_id, reference=reference, cost=done.covered, answered=answered
            )
        if done.has_beyond:
            settle_overage(cursor, organisation_id, reference, cost=done.beyond)
        if done.has_budgets:
            settle_budgets(cursor, _spender(organisation_id, usages), reference=reference, cost=paid)
    if not answered:
        give_trial_back(reference=reference)
    return done.charged


@dataclass(frozen=True, slots=True)
class Done:
    """What was written: charged to the allowance, the price, the wallet and the invoice; and what else has to be settled."""

    charged: int
    covered: int
    beyond: int
    metered: int
    priced: bool
    has_beyond: bool
    released: int
    month: date | None
    is_metered: bool
    has_budgets: bool


def _written(
    cursor: Any, organisation_id: int, reference: str, usages: Sequence[UsageInput], *, answered: bool
) -> Done:
    key = [organisation_id, reference]
    counted = answer_at(usages) if answered else None
    values: list[Any] = []
    so_far = 0
    for place, usage in enumerate(usages):
        row = row_of(reference, usage, answered=place == counted)
        values += [organisation_id, *row]
        if not usage.own_key:
            so_far += row[COST]
            values.append(so_far)
    rows = ", ".join(OWN_ROW if usage.own_key else ROW for usage in usages)
    budgets = [organisation_id, *key, organisation_id]
    cursor.execute(WRITE.format(names=NAMES, rows=rows), [*key, *key, *key, *values, *key, *budgets, *key])
    return Done(*cursor.fetchone())


def _released(cursor: Any, organisation_id: int, reference: str) -> Done:
    cursor.execute(RELEASE, [organisation_id, reference] * 3)
    released, month, is_metered, has_beyond, has_budgets = cursor.fetchone()
    return Done(0, 0, 0, 0, True, has_beyond, released, month, is_metered, has_budgets)


def _spender(organisation_id: int, usages: Sequence[UsageInput]) -> Spender:
    """For whom calls are counted that were too cheap for anything to be kept for them."""
    for usage in usages:
        return Spender(organisation_id, usage.user_id, usage.api_key_id, usage.product)
    return Spender(organisation_id)
