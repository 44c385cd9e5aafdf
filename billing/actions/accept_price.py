"""Somebody agrees to what messages of a product cost."""

from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Acceptance
from billing.prices import this_month
from billing.selling.spending import MustAsk, NothingToPay, may_spend, product_to_pay
from billing.terms import Kind, Offer, offers_of
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.ids import new_public_id
from kernel.registries import Product
from organisations.actors import Actor
from organisations.audit import record_audit

HIGHEST_CAP = 1_000_000_000_000
ACCEPT = """
INSERT INTO billing_acceptance AS word (public_id, organisation_id, user_id, product, product_name, earner_id, price_id, amount, cap,
  month, reserved, spent, accepted_at)
VALUES (%(id)s, %(organisation)s, %(user)s, %(product)s, %(name)s, %(earner)s, %(price)s, %(amount)s, %(cap)s, %(month)s, 0, 0, %(now)s)
ON CONFLICT (organisation_id, user_id, product) DO UPDATE SET price_id = %(price)s, amount = %(amount)s, cap = %(cap)s,
  product_name = %(name)s, accepted_at = %(now)s, ended_at = NULL
"""


class PriceChanged(Conflict):
    code = "price_changed"
    user_message = _("The price of %(name)s changed while you looked at it. Look at it again, then decide.")


@entry_action
def accept_price(
    *, actor: Actor, reference: str, cap: int | None = None, expected: int | None = None
) -> Acceptance:
    """Agree to the price of a product's messages, so that they are answered and paid for out of the wallet.

    The same again changes the limit.

    Args:
        reference: a listing's slug or id, or an assistant's id.
        cap: what messages of it may cost in a calendar month (UTC) at most, in micro-units; None for no limit.
        expected: the price that the actor saw, in micro-units; None agrees to the present one.

    Raises:
        NotFound: there is nothing of this name.
        NothingToPay: its messages have no price for the actor.
        MustAsk: others decide about the wallet. Ask them.
        PriceChanged: the price is another one by now.
        InvalidInput: the limit is less than a message costs, or out of range.
    """
    product = product_to_pay(actor, reference)
    offer = message_price(product)
    if expected is not None and expected != offer.amount:
        raise PriceChanged(name=product.name)
    if not may_spend(actor):
        raise MustAsk(organisation=actor.organisation.name)
    return agree(actor, product, offer, user_id=actor.user_id, cap=cap)


def message_price(product: Product) -> Offer:
    """What a message costs.

    Raises:
        NothingToPay: messages have no price.
    """
    found = next((one for one in offers_of(product.id) if one.kind == Kind.MESSAGE), None)
    if found is None:
        raise NothingToPay(name=product.name)
    return found


def agree(
    actor: Actor, product: Product, offer: Offer, *, user_id: int | None, cap: int | None
) -> Acceptance:
    """Write somebody's word down in the open transaction; `actor` says who did it.

    Raises:
        InvalidInput: the limit is less than a message costs, or out of range.
    """
    assert_in_action()
    check_cap(cap, offer.amount)
    values: dict[str, Any] = {
        "id": new_public_id("acc_"),
        "organisation": actor.organisation.pk,
        "user": user_id,
        "product": product.id,
        "name": product.name[:160],
        "earner": product.earner_id,
        "price": offer.id,
        "amount": offer.amount,
        "cap": cap,
        "month": this_month(),
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT, values)
    rows = Acceptance.objects.for_organisation(actor.organisation)
    word: Acceptance = rows.get(user_id=user_id, product=product.id)
    record_audit(actor, "price.accepted", word, product=product.name, amount=offer.amount, cap=cap)
    return word


def check_cap(cap: int | None, price: int) -> None:
    """Refuse a limit that lets nothing through, or is none.

    Raises:
        InvalidInput: so it is.
    """
    if cap is not None and not price <= cap <= HIGHEST_CAP:
        raise InvalidInput.on(
            "cap", "out_of_range", _("Use at least what one message costs, or leave it empty for no limit.")
        )
