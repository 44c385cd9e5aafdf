"""Sum the records of usage up by day."""

from django.db import connection

from kernel.tenancy import across_organisations

# A record becomes visible when its transaction commits, somewhat after its time: looking back ten minutes further
# than the last sum catches those. Days are summed anew from their records, so that running twice changes nothing.
ROLL_UP = """
WITH touched AS (
  SELECT DISTINCT organisation_id, (created_at AT TIME ZONE 'UTC')::date AS day FROM billing_usagerecord
  WHERE created_at > COALESCE((SELECT max(rolled_at) FROM billing_usagedaily), '-infinity') - interval '10 minutes')
INSERT INTO billing_usagedaily AS daily (organisation_id, day, product, product_name, model, user_id, answers, calls,
  input_tokens, output_tokens, cost, rolled_at)
SELECT r.organisation_id, t.day, r.product, (array_agg(r.product_name ORDER BY r.id DESC))[1], r.model, r.user_id,
  count(DISTINCT r.reference) FILTER (WHERE r.kind = 'chat'), count(*),
  sum(r.input_tokens), sum(r.output_tokens), sum(r.cost), now()
FROM touched t JOIN billing_usagerecord r ON r.organisation_id = t.organisation_id
  AND r.created_at >= t.day::timestamp AT TIME ZONE 'UTC' AND r.created_at < (t.day + 1)::timestamp AT TIME ZONE 'UTC'
GROUP BY r.organisation_id, t.day, r.product, r.model, r.user_id
ON CONFLICT (organisation_id, day, product, model, user_id) DO UPDATE
SET product_name = EXCLUDED.product_name, answers = EXCLUDED.answers, calls = EXCLUDED.calls,
  input_tokens = EXCLUDED.input_tokens, output_tokens = EXCLUDED.output_tokens, cost = EXCLUDED.cost, rolled_at = now()
"""


def roll_up_usage() -> int:
    """Bring the daily sums of all organisations up to date; returns how many sums were written."""
    with (
        across_organisations(reason="daily sums of all organisations", durable=True),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.roll_up_usage'))")
        cursor.execute(ROLL_UP)
        return int(cursor.rowcount)
