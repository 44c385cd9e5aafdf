"""Credit and sales for tests, as they are left by what happens in a customer's own scope."""

from datetime import datetime
from itertools import count

from django.utils import timezone

from billing.ledger import Event, Kind, Posting, balance_of, move_wallet, post
from billing.models import Sale
from billing.shares import split
from kernel.ids import new_public_id
from kernel.tenancy import across_organisations, tenant_scope

_numbers = count(1)


def give_credit(organisation_id: int, amount: int, key: str = "") -> None:
    """Credit granted by staff."""
    event = Event("grant", "staff", key or f"grant_{next(_numbers)}", timezone.now())
    with across_organisations(reason="test"):
        post(event, [Posting(Kind.PROMOTIONS, amount), Posting(Kind.WALLET, -amount, organisation_id)])


def make_sale(
    buyer_id: int,
    earner_id: int,
    amount: int = 100_000,
    *,
    cost: int = 5_000,
    product: str = "asst_1",
    at: datetime | None = None,
    user_id: int | None = None,
    share_bp: int = 8_000,
) -> str:
    """A sale of one message that the buyer's wallet has paid, not posted yet; its public id.

    Raises:
        WalletTooLow: there is less credit.
    """
    parts = split(amount, cost=cost, share_bp=share_bp)
    with tenant_scope(buyer_id):
        move_wallet(buyer_id, -amount)
        sale = Sale.objects.create(
            organisation_id=buyer_id,
            reference=new_public_id("turn_"),
            kind="message",
            product=product,
            product_name="Reply Desk",
            earner_id=earner_id,
            price_id=1,
            amount=amount,
            cost=parts.cost,
            fee=parts.fee,
            share=parts.share,
            share_bp=share_bp,
            user_id=user_id,
            created_at=at or timezone.now(),
        )
    return str(sale.public_id)


def balances(*wanted: tuple[str, int | None]) -> tuple[int, ...]:
    """What accounts hold, by (kind, owner)."""
    with across_organisations(reason="test"):
        return tuple(balance_of(kind, owner) for kind, owner in wanted)
