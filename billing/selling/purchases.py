"""What people bought and agreed to, for its page and the API."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from billing.models import Acceptance, Entitlement, ProductPrice, RefundRequest, Sale, UsageRecord
from billing.prices import this_month
from billing.selling.sales import last_sale
from billing.terms import LASTING, Kind
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Refundable:
    """Whether a payment can be taken back by the buyer alone.

    Attributes:
        until: the end of the days in which it can. answers: how many were had since it was paid; fewer than `most` must be.
    """

    sale: Sale
    until: datetime
    answers: int
    most: int

    @property
    def holds(self) -> bool:
        """Whether it can be taken back now."""
        return self.sale.refunded_at is None and timezone.now() < self.until and self.answers < self.most


def purchases(actor: Actor) -> QuerySet[Entitlement]:
    """What a person bought in the organisation that they act in, inside its scope."""
    return Entitlement.objects.for_organisation(actor.organisation).filter(user_id=actor.user_id or 0)


def access_purchase(actor: Actor, purchase_id: str, *, lock: bool = False) -> Entitlement:
    """One of a person's own purchases.

    Raises:
        NotFound: they bought nothing of this id.
    """
    require(actor, Permission.USE_ASSISTANTS)
    rows = purchases(actor).filter(public_id=purchase_id)
    found: Entitlement | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def acceptances(actor: Actor) -> QuerySet[Acceptance]:
    """What an actor agreed to pay for messages, inside the scope."""
    rows = Acceptance.objects.for_organisation(actor.organisation)
    return rows.filter(user_id=actor.user_id, ended_at=None).order_by("product_name", "pk")


def spent_this_month(word: Acceptance) -> int:
    """What counts towards somebody's own limit by now, messages under way included; micro-units."""
    return word.spent + word.reserved if word.month == this_month() else 0


def payments(actor: Actor) -> QuerySet[Sale]:
    """What a person's purchases and messages took out of the wallet, inside its scope."""
    return Sale.objects.for_organisation(actor.organisation).filter(user_id=actor.user_id or 0)


def refundable(entitlement: Entitlement) -> Refundable | None:
    """Whether the last payment of a purchase can be taken back, inside the buyer's scope; None where nothing was paid."""
    sale = last_sale(entitlement)
    if sale is None:
        return None
    answers = (
        UsageRecord.objects.for_organisation(entitlement.organisation_id)
        .filter(
            user_id=entitlement.user_id,
            product=entitlement.product,
            kind="chat",
            created_at__gte=sale.created_at,
        )
        .values("reference")
        .distinct()
        .count()
    )
    until = sale.created_at + timedelta(days=settings.REFUND_DAYS)
    return Refundable(sale, until, answers, settings.REFUND_ANSWERS)


def price_at_renewal(entitlement: Entitlement, now: datetime | None = None) -> ProductPrice | None:
    """The price of the next month, inside any scope; None where the product is no longer sold by the month.

    A higher one than what is paid now counts once its buyer has known of it long enough; a lower one counts at once.
    """
    current: ProductPrice | None = (
        ProductPrice.objects.across_organisations(reason="prices are public")
        .filter(product=entitlement.product, kind=Kind.MONTHLY, ended_at=None)
        .first()
    )
    if current is None or current.amount <= entitlement.amount:
        return current
    known = entitlement.told_price_id == current.pk and entitlement.told_at is not None
    told_at: Any = entitlement.told_at
    due: Any = entitlement.paid_until
    if known and (now or due) - told_at >= timedelta(days=settings.PRICE_NOTICE_DAYS):
        return current
    return ProductPrice.unscoped.filter(pk=entitlement.price_id).first()


def open_requests(actor: Actor) -> dict[str, RefundRequest]:
    """A person's requests for money back by the payment that they are about, inside the scope."""
    rows = RefundRequest.objects.for_organisation(actor.organisation).filter(user_id=actor.user_id or 0)
    return {row.sale_id: row for row in rows}


__all__ = [
    "LASTING",
    "Refundable",
    "acceptances",
    "access_purchase",
    "open_requests",
    "payments",
    "price_at_renewal",
    "purchases",
    "refundable",
    "spent_this_month",
]
