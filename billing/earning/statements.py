"""A month's statements, made from the ledger in one sweep for all creators."""

from datetime import date

from django.db import connection

from billing.models import StatementMonth
from billing.prices import next_month
from kernel.actions import assert_in_action

# What moved in creators' accounts in the month. A creator's entries are credits; here they count as what came in.
MOVED = """
moved AS MATERIALIZED (
  SELECT entry.organisation_id AS owner, happened.id, happened.public_id, happened.kind, happened.event_id,
    COALESCE(happened.details ->> 'product', '') AS product, -entry.amount AS amount
  FROM billing_ledgerentry entry
  JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'creator_payable'
  JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id
  WHERE happened.occurred_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
    AND happened.occurred_at < %(end)s::date::timestamp AT TIME ZONE 'UTC')
"""
STATEMENTS = f"""
WITH {MOVED},
before AS (
  SELECT entry.organisation_id AS owner, -sum(entry.amount) AS opening
  FROM billing_ledgerentry entry
  JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'creator_payable'
  JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id
  WHERE happened.occurred_at < %(start)s::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1),
sums AS (
  SELECT owner, count(*) AS transactions,
    COALESCE(sum(amount) FILTER (WHERE kind IN ('sale', 'pool_share')), 0) AS earned,
    COALESCE(sum(amount) FILTER (WHERE kind IN ('refund', 'dispute', 'dispute_won', 'void', 'pool_void')), 0) AS taken_back,
    COALESCE(sum(amount) FILTER (WHERE kind LIKE 'payout%%'), 0) AS paid_out, sum(amount) AS whole
  FROM moved GROUP BY owner)
INSERT INTO billing_statementmonth (public_id, organisation_id, month, opening, earned, taken_back, paid_out, other, closing,
  transactions)
SELECT 'stm_' || replace(gen_random_uuid()::text, '-', ''), COALESCE(sums.owner, before.owner), %(start)s,
  COALESCE(opening, 0), COALESCE(earned, 0), COALESCE(taken_back, 0), COALESCE(paid_out, 0),
  COALESCE(whole - earned - taken_back - paid_out, 0), COALESCE(opening, 0) + COALESCE(whole, 0), COALESCE(transactions, 0)
FROM sums FULL JOIN before ON before.owner = sums.owner
WHERE COALESCE(opening, 0) <> 0 OR COALESCE(transactions, 0) > 0
"""  # noqa: S608
# A sale's line says what was paid and who got what of it; a month's pool has a line for each product.
LINES = f"""
WITH {MOVED},
parts AS (
  SELECT moved.owner, moved.kind, sale.kind AS priced, sale.product, max(sale.product_name) AS name, count(*) AS count,
    0::bigint AS answers, sum(sale.amount) AS gross, sum(sale.cost) AS cost, sum(sale.fee) AS fee, sum(moved.amount) AS amount,
    min(moved.id) AS first, max(moved.id) AS last
  FROM moved JOIN billing_sale sale ON sale.public_id = moved.event_id
  WHERE moved.kind = 'sale' GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT part.organisation_id, 'pool_share', 'pool', part.product, max(part.product_name), count(*), sum(part.answers), 0, 0, 0,
    sum(part.amount), min(moved.id), max(moved.id)
  FROM billing_poolshare part
  JOIN moved ON moved.kind = 'pool_share' AND moved.public_id = part.transaction AND moved.owner = part.organisation_id
  GROUP BY 1, 4
  UNION ALL
  SELECT owner, kind, '', product, '', count(*), 0, 0, 0, 0, sum(amount), min(id), max(id)
  FROM moved WHERE kind NOT IN ('sale', 'pool_share') GROUP BY owner, kind, product)
INSERT INTO billing_statementline (organisation_id, statement_id, kind, priced, product, product_name, count, answers, gross, cost,
  fee, amount, first_transaction, last_transaction)
SELECT parts.owner, statement.id, parts.kind, parts.priced, parts.product, parts.name, parts.count, parts.answers, parts.gross,
  parts.cost, parts.fee, parts.amount, first.public_id, last.public_id
FROM parts JOIN billing_statementmonth statement ON statement.organisation_id = parts.owner AND statement.month = %(start)s
JOIN billing_ledgertransaction first ON first.id = parts.first
JOIN billing_ledgertransaction last ON last.id = parts.last
"""  # noqa: S608
NAME_OTHERS = """
UPDATE billing_statementline line SET product_name = named.name FROM (
  SELECT DISTINCT ON (earner_id, product) earner_id, product, product_name AS name FROM billing_sale
  WHERE (earner_id, product) IN (
    SELECT organisation_id, product FROM billing_statementline WHERE product_name = '' AND product <> '')
  ORDER BY earner_id, product, id DESC) named
WHERE line.product_name = '' AND line.organisation_id = named.earner_id AND line.product = named.product
"""


def make_statements(month: date) -> int:
    """Write the month's statements and their lines anew, in the open `across_organisations` transaction; returns how many.

    Those of a month that was published are never touched.
    """
    assert_in_action()
    drafts = StatementMonth.objects.across_organisations(reason="statements of all creators")
    drafts.filter(month=month, published_at=None).delete()
    values = {"start": month, "end": next_month(month)}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS, values)
        made = cursor.rowcount
        cursor.execute(LINES, values)
        cursor.execute(NAME_OTHERS)
    return int(made)
