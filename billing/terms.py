"""What a product costs whoever wants to use it, and what covers their next answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import Acceptance, Entitlement, ProductPrice, TrialMessage
from billing.plans import plan_of
from kernel.errors import DomainError
from kernel.money import format_money
from kernel.tenancy import across_organisations
from organisations.models import Membership

Kind = ProductPrice.Kind
# Rights that somebody bought: one that waits for its renewal's payment counts until its grace is over.
LASTING = (Entitlement.State.ACTIVE, Entitlement.State.GRACE)


class Covered(StrEnum):
    """What pays for the next answer."""

    OWN = "own"  # the product of their own organisation
    FREE = "free"  # it has no price
    BOUGHT = "bought"  # by the month or for good
    POOL = "pool"  # their organisation's plan includes it
    TRIAL = "trial"  # a message to try
    PRICE = "price"  # each message its price, out of the wallet
    NOTHING = "nothing"  # something must be bought first


class Offer(NamedTuple):
    """A price in force. `amount` is in micro-units of the installation's currency."""

    id: int
    kind: str
    amount: int
    trial_messages: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a product costs an actor.

    Attributes:
        kind: the kind of price that covers the next answer; empty where none does.
        price: what the next answer takes out of the wallet, in micro-units.
        covered_by: what pays for it. trial_left: messages to try that are left.
        offers: the prices in force, whether or not they count for the actor.
    """

    kind: str
    price: int
    covered_by: Covered
    trial_left: int = 0
    offers: tuple[Offer, ...] = ()

    def offer(self, kind: str) -> Offer | None:
        """The price of a kind, if there is one."""
        return next((one for one in self.offers if one.kind == kind), None)


class MustPay(DomainError):
    """Something has to be accepted, bought or topped up before the answer. Says so with the price and where to do it."""

    code = "payment_needed"
    status = 402
    user_message = _("%(name)s costs something: %(prices)s. Open its price, and accept it or buy it first.")

    def __init__(self, *, product: str, name: str, offers: Sequence[Offer], **context: Any) -> None:
        self.product, self.offers = product, tuple(offers)
        super().__init__(name=name, prices=in_words(offers), **context)

    @property
    def details(self) -> dict[str, Any]:
        """What a program needs to go on."""
        page = reverse("billing:offer", args=[self.product])
        return {
            "product": self.product,
            "prices": [{"kind": one.kind, "amount": one.amount} for one in self.offers],
            "currency": settings.CURRENCY,
            "accept": f"{settings.PUBLIC_URL}{page}",
        }


class PaymentNeeded(MustPay):
    code = "payment_needed"


class PriceNotAccepted(MustPay):
    code = "price_not_accepted"
    user_message = _(
        "The price of %(name)s has risen since you accepted it. It is now: %(prices)s. Open its price and accept it to go on."
    )


class CapReached(MustPay):
    code = "spending_cap_reached"
    user_message = _(
        "This message would go over your own limit of %(cap)s a month for %(name)s. Raise the limit on the page Purchases,"
        " or go on next month."
    )


PRICES = """
SELECT id, kind, amount, trial_messages FROM billing_productprice WHERE product = %s AND ended_at IS NULL
ORDER BY array_position(ARRAY['message', 'monthly', 'one_off', 'pool'], kind::text)
"""


def offers_of(product: str) -> tuple[Offer, ...]:
    """The prices of a product that are in force, inside any scope; none where it is free."""
    # Written out in SQL: every answer of somebody else's product passes here.
    with connection.cursor() as cursor:
        cursor.execute(PRICES, [product])
        return tuple(Offer(*row) for row in cursor.fetchall())


def terms_of(actor: Any, product: str, earner_id: int) -> Terms:
    """What a product costs an actor, inside the scope of the organisation that they act in.

    Args:
        product: an assistant's public id. earner_id: the organisation of its creator, whose own people pay nothing.
    """
    if earner_id == actor.organisation.pk:
        return Terms("", 0, Covered.OWN)
    offers = offers_of(product)
    if not offers:
        return Terms("", 0, Covered.FREE)
    if belongs_to(actor, earner_id):
        return Terms("", 0, Covered.OWN, offers=offers)
    if bought := entitlement_of(actor, product):
        return Terms(bought.kind, 0, Covered.BOUGHT, offers=offers)
    kinds = {one.kind: one for one in offers}
    if Kind.POOL in kinds and in_pool(actor.organisation):
        return Terms(Kind.POOL, 0, Covered.POOL, offers=offers)
    left = trial_left(actor, product, offers)
    if left:
        return Terms("", 0, Covered.TRIAL, left, offers)
    if Kind.MESSAGE in kinds and not actor.is_anonymous:
        return Terms(Kind.MESSAGE, kinds[Kind.MESSAGE].amount, Covered.PRICE, offers=offers)
    return Terms("", 0, Covered.NOTHING, offers=offers)


def belongs_to(actor: Any, earner_id: int) -> bool:
    """Whether an actor is one of the creator's own people, wherever they act."""
    if earner_id == actor.organisation.pk:
        return True
    if actor.user_id is None:
        return False
    with across_organisations(reason="own people of a creator pay nothing"):
        found = Membership.objects.for_organisation(earner_id).filter(user_id=actor.user_id)
        return bool(found.exists())


def entitlement_of(actor: Any, product: str) -> Entitlement | None:
    """What an actor has bought of a product and may still use, inside their scope."""
    if actor.user_id is None:
        return None
    rows = Entitlement.objects.for_organisation(actor.organisation)
    found: Entitlement | None = rows.filter(user_id=actor.user_id, product=product, state__in=LASTING).first()
    return found


def acceptance_of(actor: Any, product: str) -> Acceptance | None:
    """An actor's word about the price of a product's messages, inside their scope."""
    rows = Acceptance.objects.for_organisation(actor.organisation)
    found: Acceptance | None = rows.filter(user_id=actor.user_id, product=product, ended_at=None).first()
    return found


def in_pool(organisation: Any) -> bool:
    """Whether an organisation's plan includes what is offered within the platform's subscription."""
    plan = plan_of(organisation)
    return plan is not None and plan.pool


def trial_messages(offers: Sequence[Offer]) -> int:
    """How many messages a person gets before paying."""
    return max((one.trial_messages for one in offers), default=0)


def trial_left(actor: Any, product: str, offers: Sequence[Offer]) -> int:
    """How many of them are left to an actor. Strangers are counted by whoever lets them in, machines get none."""
    given = trial_messages(offers)
    if not given or actor.is_anonymous:
        return given
    if actor.user_id is None:
        return 0
    used = TrialMessage.objects.filter(user_id=actor.user_id, product=product).count()
    return max(given - used, 0)


def in_words(offers: Sequence[Offer]) -> str:
    """Prices for people, the first one first: €0.05 a message, €4.00 a month."""
    return ", ".join(price_in_words(one.kind, one.amount) for one in offers)


def price_in_words(kind: str, amount: int) -> str:
    """One price for people."""
    return str(_WORDS[kind]) % {"sum": format_money(amount, settings.CURRENCY)}


_WORDS: dict[str, str | Promise] = {
    Kind.MESSAGE: _("%(sum)s a message"),
    Kind.MONTHLY: _("%(sum)s a month"),
    Kind.ONE_OFF: _("%(sum)s once"),
    Kind.POOL: _("within a subscription"),
}
