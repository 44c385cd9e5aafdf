"""What a wallet holds and what was paid into it."""

from typing import Any

from django.db.models import QuerySet

from billing.models import AutoTopUp, Payment, Wallet
from kernel.errors import NotFound
from organisations.actors import Actor

SHOWN = (Payment.State.PAID, Payment.State.PROCESSING, Payment.State.FAILED)


def wallet_of(organisation: Any) -> Wallet:
    """The wallet of an organisation, inside its scope; an empty one where it never had any."""
    found: Wallet | None = Wallet.objects.for_organisation(organisation).first()
    return found or Wallet(balance=0, reserved=0)


def payments_of(organisation: Any) -> QuerySet[Payment]:
    """What was paid, is on its way or failed, inside the scope."""
    rows: QuerySet[Payment] = Payment.objects.for_organisation(organisation)
    return rows.filter(state__in=SHOWN)


def access_payment(actor: Actor, payment_id: str) -> Payment:
    """A paid payment of the actor's organisation, inside its scope.

    Raises:
        NotFound: it has none of this id, or it was not paid.
    """
    rows = Payment.objects.for_organisation(actor.organisation)
    found: Payment | None = rows.filter(public_id=payment_id, state=Payment.State.PAID).first()
    if found is None:
        raise NotFound
    return found


def automatic_of(organisation: Any) -> AutoTopUp | None:
    """How an organisation's wallet fills itself, inside its scope."""
    found: AutoTopUp | None = AutoTopUp.objects.for_organisation(organisation).first()
    return found
