"""Give back reservations of calls that never ended."""

from django.db import connection

from kernel.tenancy import across_organisations

RELEASE = """
WITH ended AS (
  UPDATE billing_reservation SET state = 'released'
  WHERE id IN (SELECT id FROM billing_reservation WHERE state = 'held' AND expires_at < now() FOR UPDATE SKIP LOCKED)
  RETURNING organisation_id, month, amount, api_key_id),
sums AS (SELECT organisation_id, month, count(*) AS ended, sum(amount) AS amount FROM ended GROUP BY 1, 2),
freed AS (
  UPDATE billing_allowanceperiod period SET reserved = GREATEST(period.reserved - sums.amount, 0)
  FROM sums WHERE period.organisation_id = sums.organisation_id AND period.month = sums.month),
of_keys AS (
  SELECT ended.organisation_id, ended.month, COALESCE(key.origin_id, key.id) AS key_id, sum(ended.amount) AS amount
  FROM ended JOIN organisations_apikey key ON key.id = ended.api_key_id AND key.organisation_id = ended.organisation_id
  GROUP BY 1, 2, 3),
freed_of_keys AS (
  UPDATE billing_keymonth month SET reserved = GREATEST(month.reserved - of_keys.amount, 0)
  FROM of_keys WHERE month.organisation_id = of_keys.organisation_id AND month.month = of_keys.month
    AND month.key_id = of_keys.key_id)
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
