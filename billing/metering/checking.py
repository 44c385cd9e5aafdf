"""Whether sums, ledger and wallets agree with what they come from: each question is one statement, at one moment.

A difference is a mapping of what differs: `where` (days, hours, ledger, wallets, holds), the keys, and by how much.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from billing.metering.sums import DAY_KEYS, HOUR_KEYS, MEASURES, grouped

Difference = dict[str, Any]
MOST = 1_000  # of each kind; a broken sum is told of, not a hundred thousand of them

# Records that have joined their sums. `since` is a day in UTC; null for all there are.
SUMMED = """
(SELECT record.* FROM billing_usagerecord record
 WHERE (%(since)s::date IS NULL OR record.created_at >= %(since)s::timestamp AT TIME ZONE 'UTC')
   AND NOT EXISTS (SELECT 1 FROM billing_usagepending pending WHERE pending.record_id = record.id)) records
"""


def _compared(table: str, keys: tuple[str, ...], time: str) -> str:
    """What the records say less what the sums say, by the sums' keys, where that is not nothing."""
    names, measures = ", ".join(keys), ", ".join(MEASURES)
    less = ", ".join(f"-{name}" for name in MEASURES)
    sums = ", ".join(f"sum({name})::bigint" for name in MEASURES)
    other = " OR ".join(f"sum({name}) <> 0" for name in MEASURES)
    return f"""
SELECT {names}, {sums} FROM (
  SELECT {names}, {measures} FROM ({grouped(keys, SUMMED)}) raw
  UNION ALL
  SELECT {names}, {less} FROM {table} WHERE %(since)s::date IS NULL OR {time} >= %(since)s) compared
GROUP BY {names} HAVING {other} ORDER BY {names} LIMIT {MOST}
"""  # noqa: S608


DAYS = _compared("billing_usagedaily", DAY_KEYS, "day")
HOURS = _compared("billing_usagehourly", HOUR_KEYS, "hour AT TIME ZONE 'UTC'")
COUNTED = f"SELECT count(*) FROM {SUMMED}"  # noqa: S608
# What sums say was posted, and what the ledger holds of it.
POSTED = """
SELECT COALESCE((SELECT sum(posted) FROM billing_usagedaily WHERE paid_by <> 'own_key' AND kind <> 'fee'), 0)::bigint,
  COALESCE((SELECT -sum(entry.amount) FROM billing_ledgerentry entry
    JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'provider_payable'
    JOIN billing_ledgertransaction done ON done.id = entry.transaction_id AND done.source = 'usage'), 0)::bigint
"""
UNBALANCED = f"""
SELECT transaction_id, sum(amount)::bigint FROM billing_ledgerentry GROUP BY transaction_id
HAVING sum(amount) <> 0 ORDER BY transaction_id LIMIT {MOST}
"""  # noqa: S608
# A wallet runs ahead of its account by what is not posted yet: sales, and use that it pays for.
WALLETS = f"""
SELECT organisation_id, sum(amount)::bigint FROM (
  SELECT organisation_id, balance AS amount FROM billing_wallet
  UNION ALL
  SELECT entry.organisation_id, entry.amount FROM billing_ledgerentry entry
    JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'wallet'
  UNION ALL
  SELECT organisation_id, amount FROM billing_sale WHERE posted_at IS NULL
  UNION ALL
  SELECT organisation_id, cost - posted FROM billing_usagedaily WHERE paid_by = 'wallet' AND posted <> cost
  UNION ALL
  SELECT record.organisation_id, record.cost FROM billing_usagepending pending
    JOIN billing_usagerecord record ON record.id = pending.record_id WHERE record.paid_by = 'wallet') parts
GROUP BY organisation_id HAVING sum(amount) <> 0 ORDER BY organisation_id LIMIT {MOST}
"""  # noqa: S608
# What months say came on invoices, and what the records say. Both count from the first use of it on.
METERED = f"""
SELECT organisation_id, sum(amount)::bigint FROM (
  SELECT organisation_id, metered_spent AS amount FROM billing_allowanceperiod
  UNION ALL
  SELECT organisation_id, -cost FROM billing_usagedaily WHERE paid_by = 'metered'
  UNION ALL
  SELECT record.organisation_id, -record.cost FROM billing_usagepending pending
    JOIN billing_usagerecord record ON record.id = pending.record_id WHERE record.paid_by = 'metered') parts
GROUP BY organisation_id HAVING sum(amount) <> 0 ORDER BY organisation_id LIMIT {MOST}
"""  # noqa: S608
METERED_HOLDS = f"""
SELECT organisation_id, sum(amount)::bigint FROM (
  SELECT organisation_id, metered_reserved AS amount FROM billing_allowanceperiod
  UNION ALL
  SELECT organisation_id, -amount FROM billing_reservation WHERE metered AND state = 'held') parts
GROUP BY organisation_id HAVING sum(amount) <> 0 ORDER BY organisation_id LIMIT {MOST}
"""  # noqa: S608
HOLDS = f"""
SELECT organisation_id, sum(amount)::bigint FROM (
  SELECT organisation_id, reserved AS amount FROM billing_wallet
  UNION ALL
  SELECT organisation_id, -amount FROM billing_wallethold WHERE state = 'held') parts
GROUP BY organisation_id HAVING sum(amount) <> 0 ORDER BY organisation_id LIMIT {MOST}
"""  # noqa: S608


def count_records(since: date | None) -> int:
    """How many records have joined their sums since a day; inside `across_organisations`, as all that follows."""
    ((count,),) = _rows(COUNTED, since)
    return int(count)


def find_differences(since: date | None) -> Iterator[Difference]:
    """Everything that does not agree. `since`: sums from this day on; all of them where it is None. Money is always looked at whole."""
    yield from sum_differences(since)
    yield from money_differences()


def sum_differences(since: date | None) -> Iterator[Difference]:
    """Sums that are not what their records say: by how much the records say more."""
    for where, statement, keys in (("days", DAYS, DAY_KEYS), ("hours", HOURS, HOUR_KEYS)):
        for row in _rows(statement, since):
            more = dict(zip(MEASURES, row[len(keys) :], strict=True))
            yield {
                "where": where,
                **{key: _plain(value) for key, value in zip(keys, row, strict=False)},
                "more": {name: value for name, value in more.items() if value},
            }


def money_differences() -> Iterator[Difference]:
    """Ledger and wallets."""
    ((noted, posted),) = _rows(POSTED)
    if noted != posted:
        yield {"where": "ledger", "of": "usage", "more": {"posted": noted - posted}}
    for where, statement, key in (
        ("ledger", UNBALANCED, "transaction"),
        ("wallets", WALLETS, "organisation_id"),
        ("holds", HOLDS, "organisation_id"),
        ("metered", METERED, "organisation_id"),
        ("metered holds", METERED_HOLDS, "organisation_id"),
    ):
        for owner, amount in _rows(statement):
            yield {"where": where, key: owner, "more": {"amount": amount}}


def _rows(statement: str, since: date | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"since": since})
        return list(cursor.fetchall())


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str, type(None))) else value.isoformat()
