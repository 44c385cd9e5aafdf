"""Decide what pays for an answer, and keep it, before the answer is made."""

from dataclasses import dataclass

from billing.actions.hold_price import hold_price
from billing.actions.reserve import reserve
from billing.actions.use_trial import use_trial
from billing.budgets.holding import hold_budgets
from billing.budgets.matching import spender_of
from billing.terms import Covered, PaymentNeeded, Terms, terms_of, trial_messages
from kernel.actions import assert_in_action
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Sold:
    """A product of somebody else. `product` is its opaque public id, `earner_id` the organisation of its creator."""

    product: str
    name: str
    earner_id: int


def open_charge(*, actor: Actor, reference: str, amount: int, sold: Sold | None, product: str = "") -> None:
    """Keep what the answer `reference` may cost, in the caller's open tenant transaction: its price, or else a part of the allowance.

    Args:
        amount: micro-units that its models may cost at most.
        sold: what is used, where somebody else published it.
        product: what is used in any case, by its opaque public id.

    Raises:
        AllowanceUsedUp: less than `amount` is left this month.
        BudgetUsedUp: less than that is left of a budget of the organisation's.
        PaymentNeeded: the product has a price that nobody accepted, or has to be bought.
        PriceNotAccepted, CapReached: its price has risen since, or the person's own limit is reached.
        WalletTooLow: the product has a price, and less than that is in the wallet.
    """
    assert_in_action()
    spender = spender_of(actor, product or (sold.product if sold else ""))
    if sold is not None and (price := _holds_price(actor, reference, sold)):
        hold_budgets(spender, reference=reference, amount=price)
        return
    reserve(
        organisation=actor.organisation,
        reference=reference,
        amount=amount,
        user=actor.user,
        api_key_id=actor.api_key_id,
        spender=spender,
    )


def _holds_price(actor: Actor, reference: str, sold: Sold) -> int:
    """The price of the answer that pays for it, and is held; 0 where the allowance pays."""
    terms = terms_of(actor, sold.product, sold.earner_id)
    if terms.covered_by is Covered.TRIAL and not _tries(actor, reference, sold.product, terms):
        terms = terms_of(actor, sold.product, sold.earner_id)
    offer = terms.offer(terms.kind)
    if terms.covered_by is Covered.PRICE and offer is not None:
        hold_price(
            actor=actor,
            reference=reference,
            offer=offer,
            product=sold.product,
            product_name=sold.name,
            earner_id=sold.earner_id,
        )
        return offer.amount
    if terms.covered_by is Covered.NOTHING:
        raise PaymentNeeded(product=sold.product, name=sold.name, offers=terms.offers)
    return 0


def _tries(actor: Actor, reference: str, product: str, terms: Terms) -> bool:
    if actor.user_id is None:  # a stranger, whom the store's own limits count
        return True
    return use_trial(
        user_id=actor.user_id, product=product, reference=reference, given=trial_messages(terms.offers)
    )
