"""Some weeks of trade for the demo: every sale is made by the actions that make real ones, then moved back to its day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from django.utils import timezone

from billing.actions.accept_price import accept_price
from billing.actions.buy_product import buy_product
from billing.actions.open_charge import Sold, open_charge
from billing.actions.post_sales import post_sales
from billing.actions.roll_up_earnings import roll_up_earnings
from billing.actions.settle import settle
from billing.earning.clawback import refund_sale
from billing.ledger import Event, Kind, Posting, post
from billing.models import Entitlement, Sale
from billing.selling.periods import months_after
from billing.terms import offers_of
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor

DAYS = 35
CREDIT = 30_000_000
WHY = "the demo's trade"


def give_demo_credit(organisation_id: int, *, days_ago: int = DAYS + 1) -> None:
    """Put the demo's credit into a wallet, once."""
    at = timezone.now() - timedelta(days=days_ago)
    event = Event("grant", "demo", f"credit:{organisation_id}", at, {})
    with across_organisations(reason=WHY, durable=True):
        post(event, [Posting(Kind.PROMOTIONS, CREDIT), Posting(Kind.WALLET, -CREDIT, organisation_id)])


def trade(*, buyers: Sequence[Actor], sold: Sold, messages: int) -> None:
    """Let buyers use or buy a product as its prices say, over the last five weeks; what is earned is booked at once.

    Args:
        messages: how many each asks; 0 buys the product instead, by the month where it is sold so, else for good.
    """
    asked: list[str] = []
    for place, buyer in enumerate(buyers):
        give_demo_credit(buyer.organisation.pk)
        if messages:
            asked += _ask(buyer, sold, messages)
        else:
            _buy(buyer, sold, timezone.now() - timedelta(days=DAYS - 9 - 8 * place))
    post_sales()
    if asked:
        _refund_one(asked[len(asked) // 3])
    roll_up_earnings()


def _ask(buyer: Actor, sold: Sold, messages: int) -> list[str]:
    accept_price(actor=buyer, reference=sold.product)
    now, found = timezone.now(), list[str]()
    for number in range(messages):
        reference = (
            f"demo_{blake2b(f'{sold.product} {buyer.user_id} {number}'.encode(), digest_size=12).hexdigest()}"
        )
        chance = blake2b(reference.encode(), digest_size=2).digest()
        # More towards today, and no day like another.
        ago = DAYS * (1 - (number + chance[0] / 256) / messages) ** 1.3
        at = now - timedelta(days=ago, minutes=chance[1])
        with tenant_scope(buyer.organisation, durable=True):
            open_charge(actor=buyer, reference=reference, amount=1, sold=sold)
            settle(organisation=buyer.organisation, reference=reference, usages=[])
            # At once, before any job brings it into the ledger as of today.
            Sale.objects.for_organisation(buyer.organisation).filter(reference=reference).update(
                created_at=at
            )
        found.append(reference)
    return found


def _buy(buyer: Actor, sold: Sold, at: datetime) -> None:
    kind = next(one.kind for one in offers_of(sold.product) if one.kind in ("monthly", "one_off"))
    bought = buy_product(actor=buyer, reference=sold.product, kind=kind)
    with tenant_scope(buyer.organisation, durable=True):
        rows = Entitlement.objects.for_organisation(buyer.organisation).filter(pk=bought.pk)
        rows.update(started_at=at, paid_until=months_after(at, 1) if bought.paid_until else None)
        sales = Sale.objects.for_organisation(buyer.organisation)
        sales.filter(reference=f"{bought.public_id}:{bought.periods}", posted_at=None).update(created_at=at)


def _refund_one(reference: str) -> None:
    with across_organisations(reason=WHY, durable=True):
        rows = Sale.objects.across_organisations(reason=WHY).filter(reference=reference, refunded_at=None)
        sale = rows.first()
        if sale is None:  # a message to try, which costs nothing
            return
        at = sale.created_at + timedelta(hours=3)
        refund_sale(sale_public_id=sale.public_id, event_id=sale.public_id, occurred_at=at)
        rows.filter(pk=sale.pk).update(refunded_at=at)
