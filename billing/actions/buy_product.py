"""Somebody buys a product for a month at a time, or for good."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.actions.accept_price import PriceChanged
from billing.models import Entitlement
from billing.selling.periods import months_after
from billing.selling.sales import sell_period
from billing.selling.spending import MustAsk, may_spend, product_to_pay
from billing.terms import LASTING, Kind, Offer, offers_of
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.outbox import publish_event
from kernel.registries import Product
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import require_person

SOLD_WHOLE = (Kind.MONTHLY, Kind.ONE_OFF)


class AlreadyBought(Conflict):
    code = "already_bought"
    user_message = _("%(name)s is bought already. See the page Purchases.")


@entry_action
def buy_product(
    *, actor: Actor, reference: str, kind: str, expected: int | None = None, renews: bool = True
) -> Entitlement:
    """Pay a product out of the wallet, for a month or for good; its answers then cost what a free one's do.

    Args:
        reference: a listing's slug or id, or an assistant's id.
        kind: `monthly` or `one_off`.
        expected: the price that the actor saw, in micro-units; None pays the present one.
        renews: whether a month is followed by the next one, paid out of the wallet.

    Raises:
        PersonNeeded: a service account buys nothing.
        NotFound: there is nothing of this name. NothingToPay: it costs the actor nothing.
        InvalidInput: it is not sold in this way.
        PriceChanged: the price is another one by now.
        MustAsk: others decide about the wallet. Ask them.
        AlreadyBought: the person has it.
        WalletTooLow: the wallet holds too little. BudgetUsedUp: a hard budget of the person has less left.
    """
    person = require_person(actor)
    product = product_to_pay(actor, reference)
    offer = price_of_kind(product, kind)
    if expected is not None and expected != offer.amount:
        raise PriceChanged(name=product.name)
    if not may_spend(actor):
        raise MustAsk(organisation=actor.organisation.name)
    return purchase(actor, product, offer, user_id=person.pk, renews=renews)


def price_of_kind(product: Product, kind: str) -> Offer:
    """The price at which a product is sold in one of the ways that are bought.

    Raises:
        InvalidInput: it is not sold so.
    """
    found = next((one for one in offers_of(product.id) if one.kind == kind and kind in SOLD_WHOLE), None)
    if found is None:
        raise InvalidInput.on("kind", "not_sold_so", _("It is not sold in this way. Look at its prices."))
    return found


def purchase(actor: Actor, product: Product, offer: Offer, *, user_id: int, renews: bool) -> Entitlement:
    """Sell a product to a person of the organisation in the open transaction; `actor` says who did it.

    Raises:
        AlreadyBought: the person has it. WalletTooLow: the wallet holds too little.
    """
    assert_in_action()
    now, monthly = timezone.now(), offer.kind == Kind.MONTHLY
    rows = Entitlement.objects.for_organisation(actor.organisation)
    if rows.filter(user_id=user_id, product=product.id, state__in=LASTING).exists():
        raise AlreadyBought(name=product.name)
    bought: Entitlement = Entitlement.objects.create(
        organisation=actor.organisation,
        user_id=user_id,
        product=product.id,
        product_name=product.name[:160],
        kind=offer.kind,
        earner_id=product.earner_id,
        price_id=offer.id,
        amount=offer.amount,
        renews=monthly and renews,
        started_at=now,
        paid_until=months_after(now, 1) if monthly else None,
    )
    sell_period(bought, price_id=offer.id, amount=offer.amount)
    record_audit(
        actor, "purchase.made", bought, product=product.name, amount=offer.amount, kind=str(offer.kind)
    )
    publish_event(actor.organisation, "purchase.made", {"purchase": bought.public_id})
    return bought
