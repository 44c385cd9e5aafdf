"""The ledger's transactions behind a line of a dashboard, as a creator may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from billing.dashboards.earnings import product_names
from billing.earning.words import PRICED, kind_in_words
from billing.ledger import Kind
from billing.models import LedgerEntry, Sale
from kernel.pagination import Page, paginate
from kernel.tenancy import across_organisations

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Movement:
    """One transaction of the ledger. Sums are micro-units; gross, cost and fee are None where nothing was sold."""

    at: datetime
    what: str
    how: str
    product: str
    name: str
    transaction: str
    gross: int | None
    cost: int | None
    fee: int | None
    amount: int


def movements_between(organisation: Any, start: date, end: date, product: str = "") -> QuerySet[LedgerEntry]:
    """What was booked in a creator's account between two days in UTC, both included, of one product or all."""
    entries: QuerySet[LedgerEntry] = LedgerEntry.objects.for_organisation(organisation).filter(
        account__kind=Kind.CREATOR_PAYABLE,
        transaction__occurred_at__gte=datetime.combine(start, time(), UTC),
        transaction__occurred_at__lt=datetime.combine(end + timedelta(days=1), time(), UTC),
    )
    if product:
        entries = entries.filter(transaction__details__product=product)
    return entries.select_related("transaction")


def page_of_movements(
    organisation: Any, start: date, end: date, *, product: str = "", cursor: str | None = None
) -> Page[Any]:
    """One page of them, the latest first; `results` are movements."""
    rows = movements_between(organisation, start, end, product)
    page = paginate(rows, cursor=cursor, limit=SHOWN, order=("-transaction_id", "-id"))
    found = seen_by_creator(organisation, page.results)
    return Page(results=found, next=page.next, previous=page.previous)


def seen_by_creator(organisation: Any, entries: Iterable[LedgerEntry]) -> list[Movement]:
    """Entries with what was paid and who got what of it; never who paid."""
    rows = list(entries)
    sales = _parts_of_sales(
        organisation.pk, [row.transaction.event_id for row in rows if row.transaction.kind == "sale"]
    )
    names = product_names(organisation)
    return [_movement(row, sales, names) for row in rows]


def _parts_of_sales(earner_id: int, public_ids: list[str]) -> dict[str, tuple[int, int, int]]:
    if not public_ids:
        return {}
    with across_organisations(reason="parts of sales, without their buyers"):
        rows = Sale.objects.across_organisations(reason="parts of sales").filter(
            earner_id=earner_id, public_id__in=public_ids
        )
        return {row[0]: row[1:] for row in rows.values_list("public_id", "amount", "cost", "fee")}


def _movement(entry: LedgerEntry, sales: dict[str, tuple[int, int, int]], names: dict[str, str]) -> Movement:
    happened = entry.transaction
    product, priced = (str(happened.details.get(name, "")) for name in ("product", "priced"))
    gross, cost, fee = sales.get(happened.event_id, (None, None, None))
    return Movement(
        at=happened.occurred_at,
        what=kind_in_words(happened.kind),
        how=str(PRICED[priced]) if happened.kind == "sale" and priced in PRICED else "",
        product=product,
        name=names.get(product, ""),
        transaction=happened.public_id,
        gross=gross,
        cost=cost,
        fee=fee,
        amount=-entry.amount,
    )
