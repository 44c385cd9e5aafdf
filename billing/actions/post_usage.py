"""Bring what was used into the ledger: what sums of days hold more than was posted of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, post
from billing.models import UsageRecord
from kernel.ids import new_public_id
from kernel.tenancy import across_organisations

PaidBy = UsageRecord.PaidBy
Due = tuple[date, str, bool, int, int, int]  # day, who pays, whether a fee, organisation, micro-units, sums
BATCH = 20_000
# A sum is marked as posted in the transaction that posts it. What an organisation's own key paid for is no money of ours.
CLAIM = """
WITH due AS (
  SELECT id, organisation_id, day, paid_by, kind = 'fee' AS is_fee, cost - posted AS amount FROM billing_usagedaily
  WHERE posted <> cost AND paid_by <> 'own_key' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED),
noted AS (
  UPDATE billing_usagedaily sums SET posted = sums.posted + due.amount FROM due WHERE sums.id = due.id RETURNING sums.id)
SELECT due.day, due.paid_by, due.is_fee, due.organisation_id, sum(due.amount)::bigint, count(*)
FROM due JOIN noted ON noted.id = due.id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def post_usage(*, batch: int = BATCH) -> int:
    """Post the cost of what was summed up since the last time; returns how many sums were brought in.

    A batch is one database transaction and one of the ledger a day, so that each month holds its own use. After a crash
    its sums are still to be posted, and none is posted twice.
    """
    posted = 0
    while True:
        with across_organisations(reason="usage of all organisations", durable=True):
            count = _post_batch(batch)
        posted += count
        if count < batch:
            return posted


def _post_batch(batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [batch])
        rows: list[Due] = cursor.fetchall()
    days: dict[date, list[Due]] = defaultdict(list)
    for row in rows:
        days[row[0]].append(row)
    for day, due in days.items():
        _post_day(day, due)
    return sum(row[5] for row in rows)


def _post_day(day: date, due: Sequence[Due]) -> None:
    postings = [posting for posting in _merged(_postings(due)) if posting.amount]
    if not postings:
        return
    by_payer: dict[str, int] = defaultdict(int)
    for _day, paid_by, _is_fee, _owner, amount, _sums in due:
        by_payer[paid_by] += amount
    ends = datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    event = Event(
        kind="usage",
        source="usage",
        event_id=new_public_id("usage_"),
        occurred_at=min(timezone.now(), ends),
        details={"day": day.isoformat(), "sums": sum(row[5] for row in due), "paid_by": by_payer},
    )
    post(event, postings, move_wallets=False)


def _postings(due: Iterable[Due]) -> Iterator[Posting]:
    for _day, paid_by, is_fee, owner, amount, _sums in due:
        if is_fee:
            yield from _fee(paid_by, owner, amount)
            continue
        if paid_by == PaidBy.ALLOWANCE:
            yield Posting(Kind.ALLOWANCES, amount, owner)
        else:
            yield Posting(Kind.PROVIDER_COST, amount)
        yield Posting(Kind.PROVIDER_PAYABLE, -amount)
        if paid_by == PaidBy.WALLET:
            yield Posting(Kind.WALLET, amount, owner)
            yield Posting(Kind.USAGE_REVENUE, -amount)


def _fee(paid_by: str, owner: int, amount: int) -> Iterator[Posting]:
    """What own keys cost by a plan is the platform's; where nobody could pay it, it is nothing. What comes on an invoice
    is posted when that is paid."""
    if paid_by not in (PaidBy.PLATFORM, PaidBy.METERED):
        yield Posting(Kind.WALLET if paid_by == PaidBy.WALLET else Kind.ALLOWANCES, amount, owner)
        yield Posting(Kind.PLATFORM_FEE, -amount)


def _merged(postings: Iterable[Posting]) -> Iterator[Posting]:
    """One posting an account: those of the platform are everybody's."""
    sums: dict[tuple[str, int | None], int] = defaultdict(int)
    for posting in postings:
        sums[posting.kind, posting.owner] += posting.amount
    for (kind, owner), amount in sums.items():
        yield Posting(kind, amount, owner)
