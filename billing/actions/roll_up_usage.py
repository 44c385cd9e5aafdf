"""Sum usage up by hour and day, batch by batch, each record once."""

from django.db import connection

from billing.metering.sums import adding
from kernel.tenancy import across_organisations

BATCH = 10_000
# A record joins its sums in the transaction that ends its waiting: after a crash both are done, or neither. Only records
# that are committed can be claimed, and whoever sums up beside this claims others.
ROLL_UP = f"""
WITH claimed AS (
  DELETE FROM billing_usagepending WHERE record_id = ANY(ARRAY(
    SELECT record_id FROM billing_usagepending ORDER BY record_id LIMIT %s FOR UPDATE SKIP LOCKED))
  RETURNING record_id),
fresh AS (SELECT record.* FROM claimed JOIN billing_usagerecord record ON record.id = claimed.record_id),
{adding("fresh")}
SELECT count(*) FROM claimed
"""  # noqa: S608


def roll_up_usage(*, batch: int = BATCH) -> int:
    """Bring the sums of all organisations up to date; returns how many records were summed up."""
    summed = 0
    while True:
        with (
            across_organisations(reason="sums of all organisations", durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(ROLL_UP, [batch])
            count = int(cursor.fetchone()[0])
        summed += count
        if count < batch:
            return summed
