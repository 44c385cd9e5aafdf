"""Sum up what creators earned, day by day, as it is booked."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from kernel.tenancy import across_organisations

BATCH = 2_000
LOCK = "SELECT pg_advisory_xact_lock(hashtext('billing.roll_up_earnings'))"
CLAIM = """
DELETE FROM billing_earningpending WHERE id IN (SELECT id FROM billing_earningpending ORDER BY id LIMIT %s)
RETURNING organisation_id, day
"""
DROP = """
DELETE FROM billing_earningdaily sums USING unnest(%(owners)s::bigint[], %(days)s::date[]) AS due (owner, day)
WHERE sums.organisation_id = due.owner AND sums.day = due.day
"""
# A sale's entry is one sale; what takes sales back says for each of them how much. Disputes that were won give the same back.
SUM_UP = """
WITH due AS (SELECT * FROM unnest(%(owners)s::bigint[], %(days)s::date[]) AS one (owner, day)),
days AS (SELECT DISTINCT day FROM due),
moved AS MATERIALIZED (
  SELECT entry.organisation_id AS owner, days.day, happened.public_id, happened.kind, happened.event_id,
    COALESCE(happened.details ->> 'product', '') AS product, -entry.amount AS amount
  FROM days
  JOIN billing_ledgertransaction happened ON happened.occurred_at >= days.day::timestamp AT TIME ZONE 'UTC'
    AND happened.occurred_at < (days.day + 1)::timestamp AT TIME ZONE 'UTC'
  JOIN billing_ledgerentry entry ON entry.transaction_id = happened.id
  JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'creator_payable'
  JOIN due ON due.owner = entry.organisation_id AND due.day = days.day),
parts AS (
  SELECT owner, day, 'earned' AS flow, sale.kind AS priced, sale.product, sale.product_name AS name, sale.country,
    sale.organisation_id AS payer, 0 AS answers, sale.amount AS gross, sale.cost, sale.fee, moved.amount
  FROM moved JOIN billing_sale sale ON sale.public_id = moved.event_id WHERE moved.kind = 'sale'
  UNION ALL
  SELECT owner, day, 'earned', 'pool', part.product, part.product_name, '', part.payer_id, part.answers, 0, 0, 0, part.amount
  FROM moved JOIN billing_poolshare part ON part.transaction = moved.public_id AND part.organisation_id = moved.owner
  WHERE moved.kind = 'pool_share'
  UNION ALL
  SELECT owner, day, back.reason, sale.kind, sale.product, sale.product_name, sale.country, sale.organisation_id, 0,
    sign * (back.share + back.fee + back.cost), sign * back.cost, sign * back.fee, sign * back.share
  FROM moved
  CROSS JOIN LATERAL (SELECT CASE moved.kind WHEN 'dispute_won' THEN 1 ELSE -1 END AS sign) turned
  JOIN billing_clawback back ON back.organisation_id = moved.owner AND back.event_id = moved.event_id
    AND back.reason = CASE moved.kind WHEN 'dispute_won' THEN 'dispute' ELSE moved.kind END
  JOIN billing_sale sale ON sale.public_id = back.sale
  WHERE moved.kind IN ('refund', 'dispute', 'dispute_won', 'void')
  UNION ALL
  SELECT owner, day,
    CASE WHEN kind = 'pool_void' THEN 'void' WHEN kind LIKE 'payout%%' THEN 'paid_out' ELSE 'other' END,
    CASE WHEN kind = 'pool_void' THEN 'pool' ELSE '' END, product, '', '', NULL, 0, 0, 0, 0, amount
  FROM moved WHERE kind NOT IN ('sale', 'pool_share', 'refund', 'dispute', 'dispute_won', 'void'))
INSERT INTO billing_earningdaily (organisation_id, day, flow, priced, product, product_name, country, count, answers, buyers,
  gross, cost, fee, amount)
SELECT owner, day, flow, priced, product, max(name), country, count(*), sum(answers), count(DISTINCT payer), sum(gross), sum(cost),
  sum(fee), sum(amount)
FROM parts GROUP BY owner, day, flow, priced, product, country
"""


def roll_up_earnings(*, batch: int = BATCH) -> int:
    """Make the sums of every day anew in which something was booked since the last time; returns how many days.

    A batch is one transaction: after a crash its days are still to be summed up. What is booked meanwhile waits for the
    next batch, and two runs at once queue, so that no sum is older than what was claimed for it.
    """
    made = 0
    while True:
        with across_organisations(reason="earnings of all creators", durable=True):
            claimed, days = _batch(batch)
        made += days
        if claimed < batch:
            return made


def _batch(batch: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(CLAIM, [batch])
        claimed = cursor.fetchall()
    due = sorted(set(claimed))
    if due:
        _sum_up(due)
    return len(claimed), len(due)


def _sum_up(due: Sequence[tuple[int, date]]) -> None:
    values: dict[str, Any] = {"owners": [owner for owner, _day in due], "days": [day for _owner, day in due]}
    with connection.cursor() as cursor:
        cursor.execute(DROP, values)
        cursor.execute(SUM_UP, values)
