"""Budgets are kept before an answer, settled after it and given back where it never ends: all that it falls under at once.

A sum's row lock makes concurrent takers queue, and each looks again at what is left when its turn comes. Sums are locked
in the order of their names everywhere, after allowances and wallets, so that nobody waits for each other.
"""

from datetime import timedelta
from typing import Any

from django.db import connection

from billing.budgets.matching import MATCHING, Spender
from billing.budgets.refusals import BudgetUsedUp, refusal_of
from billing.prices import this_month
from kernel.actions import assert_in_action

__all__ = ["BudgetUsedUp", "hold_budgets", "settle_budgets"]

HELD_FOR = timedelta(minutes=30)
HOLD = f"""
WITH wanted AS MATERIALIZED (
  SELECT matching.* FROM ({MATCHING}) matching
  WHERE NOT EXISTS (SELECT 1 FROM billing_budgethold
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s)
  ORDER BY scope, subject),
taken AS (
  INSERT INTO billing_budgetmonth AS sums (organisation_id, scope, subject, month, reserved, spent)
  SELECT %(organisation)s, scope, subject, %(month)s, %(amount)s, 0 FROM wanted ORDER BY scope, subject
  ON CONFLICT (organisation_id, scope, subject, month) DO UPDATE SET reserved = sums.reserved + %(amount)s
  RETURNING id, scope, subject, reserved + spent AS gone),
noted AS (
  INSERT INTO billing_budgethold (organisation_id, reference, months, amount, state, created_at, expires_at)
  SELECT %(organisation)s, %(reference)s, array_agg(id ORDER BY id), %(amount)s, 'held', now(), now() + %(held_for)s
  FROM taken HAVING count(*) > 0)
SELECT scope, subject, ceiling FROM taken JOIN wanted USING (scope, subject)
WHERE gone > ceiling ORDER BY ceiling - gone, scope, subject
"""  # noqa: S608
SETTLE = """
WITH held AS (
  SELECT id, months, CASE state WHEN 'held' THEN amount ELSE 0 END AS released FROM billing_budgethold
  WHERE organisation_id = %(organisation)s AND reference = %(reference)s FOR UPDATE),
ended AS (
  UPDATE billing_budgethold SET state = 'settled' WHERE id IN (SELECT id FROM held) AND state = 'held'),
locked AS (
  SELECT sums.id, held.released FROM billing_budgetmonth sums JOIN held ON sums.id = ANY (held.months)
  WHERE sums.organisation_id = %(organisation)s ORDER BY sums.scope, sums.subject FOR UPDATE OF sums),
counted AS (
  UPDATE billing_budgetmonth sums
  SET spent = sums.spent + %(cost)s, reserved = GREATEST(sums.reserved - locked.released, 0)
  FROM locked WHERE sums.id = locked.id)
SELECT EXISTS (SELECT 1 FROM held)
"""
CHARGE = f"""
INSERT INTO billing_budgetmonth AS sums (organisation_id, scope, subject, month, reserved, spent)
SELECT %(organisation)s, scope, subject, %(month)s, 0, %(cost)s FROM ({MATCHING}) matching ORDER BY scope, subject
ON CONFLICT (organisation_id, scope, subject, month) DO UPDATE SET spent = sums.spent + %(cost)s
"""  # noqa: S608
RELEASE = """
WITH ended AS (
  UPDATE billing_budgethold SET state = 'released'
  WHERE id IN (SELECT id FROM billing_budgethold WHERE state = 'held' AND expires_at < now() FOR UPDATE SKIP LOCKED)
  RETURNING months, amount),
parts AS (SELECT unnest(months) AS id, amount FROM ended),
totals AS (SELECT id, sum(amount) AS amount FROM parts GROUP BY id),
locked AS (
  SELECT sums.id, totals.amount FROM billing_budgetmonth sums JOIN totals ON totals.id = sums.id
  ORDER BY sums.organisation_id, sums.scope, sums.subject FOR UPDATE OF sums)
UPDATE billing_budgetmonth sums SET reserved = GREATEST(sums.reserved - locked.amount, 0)
FROM locked WHERE sums.id = locked.id
"""


def hold_budgets(spender: Spender, *, reference: str, amount: int) -> None:
    """Keep `amount` micro-units of every budget that the call `reference` falls under, in the caller's open tenant transaction.

    All of them or none: the transaction ends where one has too little left. The same reference again changes nothing,
    and nothing is kept for a call without costs.

    Raises:
        BudgetUsedUp: a hard budget has less left, its grace included. It says which one.
    """
    assert_in_action()
    if amount <= 0:
        return
    values = spender.values() | {"reference": reference, "amount": amount, "held_for": HELD_FOR}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        used_up = cursor.fetchone()
    if used_up is not None:
        raise refusal_of(spender, scope=used_up[0], subject=used_up[1], month=this_month())


def settle_budgets(cursor: Any, spender: Spender, *, reference: str, cost: int) -> None:
    """Count what a call really cost in the budgets that it was kept of, and give back the rest.

    Where nothing was kept, it counts in those that it falls under now. What was really spent counts beyond a limit too.
    """
    assert_in_action()
    values = spender.values() | {"reference": reference, "cost": cost}
    cursor.execute(SETTLE, values)
    (was_held,) = cursor.fetchone()
    if cost and not was_held:
        cursor.execute(CHARGE, values)


def release_budgets(cursor: Any) -> None:
    """Give back what is kept for calls that never ended, of all organisations; inside `across_organisations`."""
    cursor.execute(RELEASE)
