"""Give back reservations of calls that never ended."""

from django.db import connection

from kernel.tenancy import across_organisations

RELEASE = """
WITH ended AS (
  UPDATE billing_reservation SET state = 'released'
  WHERE id IN (SELECT id FROM billing_reservation WHERE state = 'held' AND expires_at < now() FOR UPDATE SKIP LOCKED)
  RETURNING organisation_id, month, amount),
sums AS (SELECT organisation_id, month, count(*) AS ended, sum(amount) AS amount FROM ended GROUP BY 1, 2),
freed AS (
  UPDATE billing_allowanceperiod period SET reserved = GREATEST(period.reserved - sums.amount, 0)
  FROM sums WHERE period.organisation_id = sums.organisation_id AND period.month = sums.month)
SELECT COALESCE(sum(ended), 0)::bigint FROM sums
"""


def release_expired() -> int:
    """Release every reservation that is held past its time; returns how many."""
    with (
        across_organisations(reason="expired reservations of all", durable=True),
        connection.cursor() as cursor,
    ):
        cursor.execute(RELEASE)
        return int(cursor.fetchone()[0])
