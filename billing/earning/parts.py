"""What is left of a sale to take back, and how a part of it is divided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from billing.models import Clawback, Sale

WHY = "sales and what was taken back of them"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sale, in micro-units.

    Attributes:
        share, fee, cost: the creator's, the platform's and the provider's of it.
        voided: the creator's share that was declared not earned, and that the platform keeps.
    """

    share: int
    fee: int
    cost: int
    voided: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.share + self.fee + self.cost + self.voided


def lock_sales(public_ids: Sequence[str]) -> list[Sale]:
    """Sales by their public ids, locked in one order until the transaction ends."""
    rows = Sale.objects.across_organisations(reason=WHY).filter(public_id__in=public_ids)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def left_of(sales: Iterable[Sale]) -> dict[str, Part]:
    """What nobody has taken back yet, by sale."""
    rows = list(sales)
    taken = {
        (row["sale"], row["reason"]): row
        for row in Clawback.objects.across_organisations(reason=WHY)
        .filter(sale__in=[sale.public_id for sale in rows], reversed_at=None)
        .values("sale", "reason")
        .annotate(share_=Sum("share"), fee_=Sum("fee"), cost_=Sum("cost"), borne_=Sum("borne"))
    }
    return {sale.public_id: _left(sale, taken) for sale in rows}


def portion(part: Part, wanted: int) -> Part:
    """As much of a part as is wanted, in the same proportions; what rounding leaves over is the platform's first.

    Args:
        wanted: micro-units, at most `share + fee + cost`.
    """
    whole = part.share + part.fee + part.cost
    share, cost = part.share * wanted // whole, part.cost * wanted // whole
    fee = min(part.fee, wanted - share - cost)
    cost = min(part.cost, wanted - share - fee)
    return Part(share=wanted - fee - cost, fee=fee, cost=cost)


def note(
    sale: Sale, part: Part, *, reason: Clawback.Reason, event_id: str, at: datetime, borne: int = 0
) -> Clawback:
    """The row, not saved yet, that says that a part of a sale was taken back."""
    return Clawback(
        organisation_id=sale.earner_id,
        sale=sale.public_id,
        product=sale.product,
        payer_id=sale.organisation_id,
        reason=reason,
        event_id=event_id,
        share=part.share,
        fee=part.fee,
        cost=part.cost,
        borne=borne,
        sold_at=sale.created_at,
        created_at=at,
    )


def _left(sale: Sale, taken: dict[tuple[str, str], dict[str, int]]) -> Part:
    rows = [taken[sale.public_id, reason] for reason in Clawback.Reason if (sale.public_id, reason) in taken]
    void = taken.get((sale.public_id, Clawback.Reason.VOID))
    return Part(
        share=sale.share - sum(row["share_"] for row in rows),
        fee=sale.fee - sum(row["fee_"] for row in rows),
        cost=sale.cost - sum(row["cost_"] for row in rows),
        voided=(void["share_"] if void else 0) - sum(row["borne_"] for row in rows),
    )
