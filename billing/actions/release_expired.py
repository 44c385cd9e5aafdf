"""Give back reservations of calls that never ended."""

from django.db import connection

from billing.budgets.holding import release_budgets
from kernel.tenancy import across_organisations

RELEASE = """
WITH ended AS (
  UPDATE billing_reservation SET state = 'released'
  WHERE id IN (SELECT id FROM billing_reservation WHERE state = 'held' AND expires_at < now() FOR UPDATE SKIP LOCKED)
  RETURNING organisation_id, month, amount, metered),
sums AS (
  SELECT organisation_id, month, count(*) AS ended, COALESCE(sum(amount) FILTER (WHERE NOT metered), 0) AS amount,
    COALESCE(sum(amount) FILTER (WHERE metered), 0) AS on_invoice FROM ended GROUP BY 1, 2),
freed AS (
  UPDATE billing_allowanceperiod period SET reserved = GREATEST(period.reserved - sums.amount, 0),
    metered_reserved = period.metered_reserved - sums.on_invoice
  FROM sums WHERE period.organisation_id = sums.organisation_id AND period.month = sums.month)
SELECT COALESCE(sum(ended), 0)::bigint FROM sums
"""
RELEASE_HOLDS = """
WITH ended AS (
  UPDATE billing_wallethold SET state = 'released'
  WHERE id IN (SELECT id FROM billing_wallethold WHERE state = 'held' AND expires_at < now() FOR UPDATE SKIP LOCKED)
  RETURNING organisation_id, amount, purpose, product, user_id, date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month),
sums AS (SELECT organisation_id, count(*) AS ended, sum(amount) AS amount FROM ended GROUP BY 1),
limits AS (
  SELECT organisation_id, product, user_id, month, sum(amount) AS amount FROM ended WHERE purpose = 'price' GROUP BY 1, 2, 3, 4),
uncounted AS (
  UPDATE billing_acceptance word SET reserved = GREATEST(word.reserved - limits.amount, 0)
  FROM limits WHERE word.organisation_id = limits.organisation_id AND word.product = limits.product
    AND word.user_id IS NOT DISTINCT FROM limits.user_id AND word.month = limits.month),
freed AS (
  UPDATE billing_wallet wallet SET reserved = wallet.reserved - sums.amount
  FROM sums WHERE sums.organisation_id = wallet.organisation_id)
SELECT COALESCE(sum(ended), 0)::bigint FROM sums
"""


def release_expired() -> int:
    """Release every reservation and every hold on wallets and budgets that is past its time; returns how many of the first two."""
    with (
        across_organisations(reason="expired reservations of all", durable=True),
        connection.cursor() as cursor,
    ):
        cursor.execute(RELEASE)
        released = int(cursor.fetchone()[0])
        cursor.execute(RELEASE_HOLDS)
        released += int(cursor.fetchone()[0])
        release_budgets(cursor)
    return released
