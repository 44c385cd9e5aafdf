"""What was spent this month, by whom and on what: use that the allowance or the wallet paid for, and what was sold."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import connection

from billing.prices import next_month, this_month

By = Literal["member", "group", "key", "assistant"]
KINDS: tuple[By, ...] = ("member", "group", "key", "assistant")

SPENT = """
WITH spent AS (
  SELECT user_id, api_key_id, product, cost FROM billing_usagedaily
  WHERE organisation_id = %(organisation)s AND day >= %(month)s AND day < %(end)s AND paid_by IN ('allowance', 'wallet', 'metered')
  UNION ALL
  SELECT record.user_id, record.api_key_id, record.product, record.cost
  FROM billing_usagepending pending JOIN billing_usagerecord record ON record.id = pending.record_id
  WHERE pending.organisation_id = %(organisation)s AND record.organisation_id = %(organisation)s
    AND record.created_at >= %(month)s::timestamp AT TIME ZONE 'UTC' AND record.paid_by IN ('allowance', 'wallet', 'metered')
  UNION ALL
  SELECT user_id, NULL, product, amount FROM billing_sale
  WHERE organisation_id = %(organisation)s AND refunded_at IS NULL
    AND created_at >= %(month)s::timestamp AT TIME ZONE 'UTC' AND created_at < %(end)s::timestamp AT TIME ZONE 'UTC'),
keys AS (
  SELECT id, COALESCE(origin_id, id)::text AS subject FROM organisations_apikey WHERE organisation_id = %(organisation)s),
places AS (
  SELECT place.group_id::text AS subject, member.user_id FROM organisations_groupmembership place
  JOIN organisations_membership member ON member.id = place.membership_id WHERE place.organisation_id = %(organisation)s)
"""
# Each scope's sums by the subject of a budget. A group's are those of the people who are in it now.
SUMS: dict[str, str] = {
    "organisation": "SELECT '' AS subject, sum(cost)::bigint AS cost FROM spent HAVING count(*) > 0",
    "member": "SELECT user_id::text AS subject, sum(cost)::bigint AS cost FROM spent WHERE user_id IS NOT NULL GROUP BY 1",
    "group": "SELECT subject, sum(cost)::bigint AS cost FROM spent JOIN places USING (user_id) GROUP BY 1",
    "key": "SELECT subject, sum(cost)::bigint AS cost FROM spent JOIN keys ON keys.id = spent.api_key_id GROUP BY 1",
    "assistant": "SELECT product AS subject, sum(cost)::bigint AS cost FROM spent WHERE product <> '' GROUP BY 1",
    "visitors": "SELECT '' AS subject, sum(cost)::bigint AS cost FROM spent"
    " WHERE user_id IS NULL AND api_key_id IS NULL HAVING count(*) > 0",
}
SUMS["each_member"] = SUMS["member"]
# A sum that is there goes on; one that is not begins with what was spent before anybody set a budget.
BEGIN = """
INSERT INTO billing_budgetmonth (organisation_id, scope, subject, month, reserved, spent)
SELECT %(organisation)s, %(scope)s, subject, %(month)s, 0, cost FROM ({sums}) sums
WHERE cost > 0 AND %(subject)s IN ('', subject) ORDER BY subject
ON CONFLICT (organisation_id, scope, subject, month) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one of them spent this month, in micro-units."""

    subject: str
    cost: int


def spent_by(organisation_id: int, by: By, *, most: int = 100) -> list[Spent]:
    """What people, groups, keys or assistants spent this month, the dearest first; inside the organisation's scope."""
    statement = f"{SPENT} SELECT subject, cost FROM ({SUMS[by]}) sums WHERE cost > 0 ORDER BY cost DESC, subject LIMIT %(most)s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(organisation_id, this_month()) | {"most": most})
        return [Spent(*row) for row in cursor.fetchall()]


def begin_sums(organisation_id: int, scope: str, subject: str) -> None:
    """Let a new budget begin with what was spent in its month already, in the open transaction."""
    if scope not in SUMS:  # what single visitors spent is not known
        return
    values = _values(organisation_id, this_month()) | {"scope": scope, "subject": subject}
    with connection.cursor() as cursor:
        cursor.execute(SPENT + BEGIN.format(sums=SUMS[scope]), values)


def _values(organisation_id: int, month: date) -> dict[str, Any]:
    return {"organisation": organisation_id, "month": month, "end": next_month(month)}
