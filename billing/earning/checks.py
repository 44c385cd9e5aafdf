"""Whether the books agree with themselves. Every check returns what is wrong, and nothing where all is right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from billing.metering.checking import money_differences
from billing.prices import next_month

UNTIL = "happened.occurred_at < %(end)s::date::timestamp AT TIME ZONE 'UTC'"
# Nothing is returned where all agree. Each row: whose, what was expected, what was found.
LEDGER: dict[str, str] = {
    "trial_balance": "SELECT NULL::bigint, 0, sum(amount) FROM billing_ledgerentry HAVING sum(amount) <> 0",
    "transaction_without_entries": """
SELECT NULL::bigint, 0, count(*) FROM billing_ledgertransaction happened
WHERE NOT EXISTS (SELECT 1 FROM billing_ledgerentry entry WHERE entry.transaction_id = happened.id) HAVING count(*) > 0""",
    "sale_posted_otherwise": """
SELECT NULL::bigint, count(*), count(happened.id) FROM billing_sale sale
LEFT JOIN billing_ledgertransaction happened ON happened.source = 'sale' AND happened.event_id = sale.public_id
WHERE sale.posted_at IS NOT NULL HAVING count(*) <> count(happened.id)""",
    "sale_posted_unmarked": """
SELECT sale.organisation_id, 0, count(*) FROM billing_sale sale
JOIN billing_ledgertransaction happened ON happened.source = 'sale' AND happened.event_id = sale.public_id
WHERE sale.posted_at IS NULL GROUP BY 1""",
    "payout_posted_otherwise": """
SELECT payout.organisation_id, CASE WHEN payout.state IN ('scheduled', 'sending') THEN -payout.amount ELSE 0 END,
  COALESCE(sum(entry.amount), 0)
FROM billing_payout payout
LEFT JOIN billing_ledgertransaction happened ON happened.source = 'payout'
  AND happened.event_id IN (payout.public_id, payout.public_id || ':paid', payout.public_id || ':failed')
LEFT JOIN billing_ledgerentry entry ON entry.transaction_id = happened.id
  AND entry.account_id IN (SELECT id FROM billing_ledgeraccount WHERE kind = 'payouts_in_transit')
GROUP BY payout.id
HAVING COALESCE(sum(entry.amount), 0) <> CASE WHEN payout.state IN ('scheduled', 'sending') THEN -payout.amount ELSE 0 END""",
}
MONTH: dict[str, str] = {
    "sale_not_posted": """
SELECT organisation_id, 0, count(*) FROM billing_sale
WHERE posted_at IS NULL AND created_at < %(end)s::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1""",
    "pool_not_divided": f"""
SELECT NULL::bigint, 0, sum(entry.amount) FROM billing_ledgerentry entry
JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'pool'
JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id WHERE {UNTIL} HAVING sum(entry.amount) <> 0""",  # noqa: S608
    "statement_differs": f"""
SELECT COALESCE(statement.organisation_id, ledger.owner), ledger.closing, statement.closing
FROM (SELECT * FROM billing_statementmonth WHERE month = %(start)s) statement
FULL JOIN (SELECT entry.organisation_id AS owner, -sum(entry.amount) AS closing FROM billing_ledgerentry entry
  JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'creator_payable'
  JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id WHERE {UNTIL} GROUP BY 1) ledger
  ON ledger.owner = statement.organisation_id
WHERE COALESCE(statement.closing, 0) <> COALESCE(ledger.closing, 0)""",  # noqa: S608
    "opening_differs": """
SELECT statement.organisation_id, before.closing, statement.opening
FROM billing_statementmonth statement JOIN billing_statementmonth before ON before.organisation_id = statement.organisation_id
  AND before.month = %(start)s::date - interval '1 month' AND before.published_at IS NOT NULL
WHERE statement.month = %(start)s AND statement.opening <> before.closing""",
    "lines_differ": """
SELECT statement.organisation_id, statement.closing - statement.opening, COALESCE(sum(line.amount), 0)
FROM billing_statementmonth statement LEFT JOIN billing_statementline line ON line.statement_id = statement.id
WHERE statement.month = %(start)s
GROUP BY statement.id HAVING statement.closing - statement.opening <> COALESCE(sum(line.amount), 0)""",
    "line_not_whole": """
SELECT line.organisation_id, line.gross, line.cost + line.fee + line.amount FROM billing_statementline line
JOIN billing_statementmonth statement ON statement.id = line.statement_id
WHERE statement.month = %(start)s AND line.kind = 'sale' AND line.gross <> line.cost + line.fee + line.amount""",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sums that should be one.

    Attributes:
        owner: the organisation concerned; None for the whole ledger.
        expected, found: micro-units, or counts where the check counts.
    """

    check: str
    owner: int | None
    expected: int
    found: int


def check_ledger() -> list[Difference]:
    """Whether the ledger sums to zero, and sales, usage and wallets agree with it. Inside `across_organisations`."""
    found = list(_differences(LEDGER, {}))
    for one in money_differences():
        more = one["more"]
        found.append(Difference(one["where"], one.get("organisation_id"), 0, sum(more.values())))
    return found


def check_month(month: date) -> list[Difference]:
    """Whether a month's statements add up to the ledger, to the micro-unit. Inside `across_organisations`."""
    return list(_differences(MONTH, {"start": month, "end": next_month(month)}))


def _differences(checks: dict[str, str], values: dict[str, Any]) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        for name, statement in checks.items():
            cursor.execute(statement, values)
            for owner, expected, found in cursor.fetchall():
                yield Difference(name, owner, int(expected or 0), int(found or 0))
