"""Statements of a creator, inside its scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet

from billing.ledger import Kind
from billing.models import LedgerEntry, MonthClose, StatementLine, StatementMonth
from billing.prices import next_month
from kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Movement:
    """One transaction as its creator may see it: `amount` in micro-units, above 0 what came in."""

    at: datetime
    kind: str
    product: str
    priced: str
    transaction: str
    amount: int


def statements_of(organisation: Any) -> QuerySet[StatementMonth]:
    """Published statements."""
    rows: QuerySet[StatementMonth] = StatementMonth.objects.for_organisation(organisation)
    return rows.filter(published_at__isnull=False)


def access_statement(organisation: Any, public_id: str) -> StatementMonth:
    """One published statement of the organisation.

    Raises:
        NotFound: it has none of this id.
    """
    found = statements_of(organisation).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def lines_of(statement: StatementMonth) -> list[StatementLine]:
    """A statement's lines: what came in first, the largest first."""
    rows = StatementLine.objects.for_organisation(statement.organisation_id).filter(statement=statement)
    return list(rows.order_by("-amount", "kind", "product"))


def movements_of(statement: StatementMonth) -> Iterator[Movement]:
    """Every transaction that a statement counts, in the order of time; their sum is what it says has changed."""
    start = datetime.combine(statement.month, time(), UTC)
    end = datetime.combine(next_month(statement.month), time(), UTC)
    entries = LedgerEntry.objects.for_organisation(statement.organisation_id).filter(
        account__kind=Kind.CREATOR_PAYABLE,
        transaction__occurred_at__gte=start,
        transaction__occurred_at__lt=end,
    )
    rows = entries.select_related("transaction").order_by("transaction__occurred_at", "pk")
    for entry in rows.iterator(chunk_size=2_000):
        happened = entry.transaction
        yield Movement(
            at=happened.occurred_at,
            kind=happened.kind,
            product=str(happened.details.get("product", "")),
            priced=str(happened.details.get("priced", "")),
            transaction=happened.public_id,
            amount=-entry.amount,
        )


def pool_months(limit: int = 12) -> list[tuple[date, dict[str, Any]]]:
    """What the pool held in closed months, the latest first."""
    closed = MonthClose.objects.filter(state=MonthClose.State.CLOSED).order_by("-month")[:limit]
    return [(one.month, one.figures.get("pool", {})) for one in closed]
