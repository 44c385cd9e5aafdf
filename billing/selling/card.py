"""What somebody sees before they pay: the price, what is included, and what is in the wallet."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from billing.ledger import wallet_free
from billing.models import Acceptance, Entitlement
from billing.selling.spending import may_spend
from billing.terms import (
    Covered,
    Kind,
    Offer,
    Terms,
    acceptance_of,
    entitlement_of,
    price_in_words,
    terms_of,
    trial_messages,
)
from kernel.registries import Product
from organisations.actors import Actor
from organisations.approvals import pending_approval


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, in words. `enough`: the wallet holds it."""

    kind: str
    amount: int
    words: str
    enough: bool


@dataclass(frozen=True, slots=True)
class PriceCard:
    """A product's price as one person sees it.

    Attributes:
        free: what is free in the wallet, in micro-units.
        may_spend: whether the person decides alone. asked: whether they asked already.
        word: what they agreed to, where it holds for the present price.
    """

    product: Product
    terms: Terms
    ways: tuple[Way, ...]
    free: int
    may_spend: bool
    asked: bool
    word: Acceptance | None
    bought: Entitlement | None
    trials: int
    refund_days: int
    refund_answers: int

    @property
    def pays_nothing(self) -> bool:
        """Whether there is nothing to agree to."""
        return self.terms.covered_by in (Covered.OWN, Covered.FREE, Covered.BOUGHT, Covered.POOL)

    @property
    def is_own(self) -> bool:
        """Whether it is of their own people."""
        return self.terms.covered_by == Covered.OWN

    @property
    def message(self) -> Way | None:
        """Paying by the message, where that is offered."""
        return next((way for way in self.ways if way.kind == Kind.MESSAGE), None)

    @property
    def sold(self) -> list[Way]:
        """What can be bought whole."""
        return [way for way in self.ways if way.kind in (Kind.MONTHLY, Kind.ONE_OFF)]

    @property
    def in_pool(self) -> bool:
        """Whether a paying plan includes it."""
        return self.terms.offer(Kind.POOL) is not None


def card_of(actor: Actor, product: Product) -> PriceCard:
    """The card of a product, inside the scope of the organisation that the actor acts in."""
    terms = terms_of(actor, product.id, product.earner_id)
    free = wallet_free(actor.organisation.pk)
    word = acceptance_of(actor, product.id)
    message = terms.offer(Kind.MESSAGE)
    return PriceCard(
        product=product,
        terms=terms,
        ways=tuple(_way(offer, free) for offer in terms.offers),
        free=free,
        may_spend=may_spend(actor),
        asked=_asked(actor, product),
        word=word if word and message and word.amount >= message.amount else None,
        bought=entitlement_of(actor, product.id),
        trials=trial_messages(terms.offers),
        refund_days=settings.REFUND_DAYS,
        refund_answers=settings.REFUND_ANSWERS,
    )


def _way(offer: Offer, free: int) -> Way:
    return Way(offer.kind, offer.amount, price_in_words(offer.kind, offer.amount), free >= offer.amount)


def _asked(actor: Actor, product: Product) -> bool:
    found: Any = pending_approval(actor.organisation, f"{product.id}:{actor.user_id}", "purchase")
    return found is not None
