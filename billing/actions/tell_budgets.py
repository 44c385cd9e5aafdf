"""Tell people of how much of a budget, or of the month's allowance, is gone."""

from typing import Any

from django.db import connection

from billing.prices import this_month
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.models import Organisation

WHY = "budgets of all organisations"
# The highest mark that was reached and not told of yet; a mark is noted in the transaction that announces it. Where a key
# has a limit of its own and a budget too, the lower one holds.
MARK = """CASE WHEN sums.spent >= "limit" THEN 100 WHEN sums.spent >= "limit" * 0.8 THEN 80 WHEN sums.spent >= "limit" * 0.5 THEN 50
  ELSE 0 END"""
BUDGETS = f"""
WITH limits AS (
  SELECT organisation_id, scope, subject, min("limit") AS "limit" FROM (
    SELECT organisation_id, scope, subject, "limit" FROM billing_budget
    UNION ALL
    SELECT DISTINCT key.organisation_id, 'key', COALESCE(key.origin_id, key.id)::text, key.monthly_budget_micro
    FROM organisations_apikey key WHERE key.monthly_budget_micro IS NOT NULL) given GROUP BY 1, 2, 3),
reached AS (
  SELECT sums.id, {MARK} AS mark, "limit" FROM billing_budgetmonth sums JOIN limits
    ON limits.organisation_id = sums.organisation_id AND limits.scope = sums.scope
    AND limits.subject = CASE WHEN sums.scope IN ('each_member', 'each_visitor') THEN '' ELSE sums.subject END
  WHERE sums.month = %(month)s AND sums.alerted < 100 AND sums.spent > 0 AND sums.spent * 2 >= "limit"
    AND {MARK} > sums.alerted
  ORDER BY sums.organisation_id, sums.scope, sums.subject LIMIT %(batch)s)
UPDATE billing_budgetmonth sums SET alerted = reached.mark FROM reached
WHERE sums.id = reached.id AND sums.alerted < reached.mark
RETURNING sums.organisation_id, sums.scope, sums.subject, reached.mark, reached."limit", sums.spent
"""  # noqa: S608
ALLOWANCES = f"""
UPDATE billing_allowanceperiod sums SET alerted = {MARK}
WHERE id IN (SELECT id FROM billing_allowanceperiod sums WHERE month = %(month)s AND alerted < 100 AND spent > 0
             AND spent * 2 >= "limit" AND {MARK} > alerted ORDER BY id LIMIT %(batch)s)
RETURNING organisation_id, 'allowance', '', alerted, "limit", spent
"""  # noqa: S608
BATCH = 500


def tell_budgets(*, batch: int = BATCH) -> int:
    """Announce every mark of 50, 80 and 100 % that was reached since the last time; returns how many.

    Each is told of once a month; where several are passed at once, only the highest.
    """
    told = 0
    for statement in (BUDGETS, ALLOWANCES):
        while True:
            with across_organisations(reason=WHY, durable=True):
                count = _tell(statement, batch)
            told += count
            if count < batch:
                break
    return told


def _tell(statement: str, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"month": this_month(), "batch": batch})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    organisations = Organisation.objects.in_bulk([row[0] for row in rows])
    for organisation_id, scope, subject, mark, limit, spent in rows:
        payload = {"scope": scope, "subject": subject, "percent": mark, "limit": limit, "spent": spent}
        publish_event(organisations[organisation_id], "budget.reached", payload)
    return len(rows)
