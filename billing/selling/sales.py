"""A payment out of a wallet for something bought, in the buyer's own scope."""

from typing import Any

from django.db import connection

from billing.budgets.holding import hold_budgets, settle_budgets
from billing.budgets.matching import Spender
from billing.ledger import move_wallet
from billing.models import Entitlement, Sale, Wallet
from billing.shares import share_of, split
from kernel.actions import assert_in_action


def sell_period(entitlement: Entitlement, *, price_id: int, amount: int) -> Sale:
    """Take one payment for what was bought, named by its period: the same period is never paid twice.

    In the open transaction of the buyer's scope, with the entitlement locked.

    Args:
        amount: micro-units.

    Raises:
        WalletTooLow: less than that is free in the wallet. BudgetUsedUp: a hard budget of the buyer has less left.
    """
    assert_in_action()
    move_wallet(entitlement.organisation_id, -amount)
    _charge_budgets(entitlement, amount)
    share_bp = share_of(entitlement.earner_id)
    parts = split(amount, cost=0, share_bp=share_bp)
    wallets = Wallet.objects.for_organisation(entitlement.organisation_id)
    values: dict[str, Any] = {
        "organisation_id": entitlement.organisation_id,
        "reference": f"{entitlement.public_id}:{entitlement.periods}",
        "kind": entitlement.kind,
        "product": entitlement.product,
        "product_name": entitlement.product_name,
        "earner_id": entitlement.earner_id,
        "price_id": price_id,
        "amount": amount,
        "fee": parts.fee,
        "share": parts.share,
        "share_bp": share_bp,
        "user_id": entitlement.user_id,
        "country": wallets.values_list("country", flat=True).get(),
    }
    sale: Sale = Sale.objects.create(**values)
    return sale


def _charge_budgets(entitlement: Entitlement, amount: int) -> None:
    reference = f"{entitlement.public_id}:{entitlement.periods}"
    spender = Spender(entitlement.organisation_id, user_id=entitlement.user_id, product=entitlement.product)
    hold_budgets(spender, reference=reference, amount=amount)
    with connection.cursor() as cursor:
        settle_budgets(cursor, spender, reference=reference, cost=amount)


def last_sale(entitlement: Entitlement) -> Sale | None:
    """The payment of the present period, inside the buyer's scope."""
    reference = f"{entitlement.public_id}:{entitlement.periods}"
    found: Sale | None = (
        Sale.objects.for_organisation(entitlement.organisation_id).filter(reference=reference).first()
    )
    return found
