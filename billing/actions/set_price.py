"""Say what an assistant costs."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import ProductPrice
from kernel.actions import assert_in_action, entry_action
from kernel.errors import FieldError, InvalidInput
from kernel.money import format_money
from organisations.actors import Actor
from organisations.permissions import Permission, require

HIGHEST = 10_000_000_000  # ten thousand units: a slip of the finger, not a price
MOST_TRIALS = 1_000
Kind = ProductPrice.Kind


@entry_action
def set_price(*, actor: Actor, product: Any, kind: str, amount: int, trial_messages: int = 0) -> ProductPrice:
    """Offer a product at a price from now on; the one before it of this kind ends, and what was sold keeps its terms.

    Args:
        product: what is sold, with a `public_id`; whoever calls has checked that the actor may publish it.
        amount: micro-units of the installation's currency; 0 only for `pool`.
        trial_messages: how many messages a person gets before paying.

    Raises:
        InvalidInput: the amount is out of range for its kind.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    _check({kind: amount}, trial_messages, typical_cost=0)
    return _put(actor, product.public_id, kind, amount, trial_messages)


def set_prices(
    *, actor: Actor, product: str, prices: Mapping[str, int], trial_messages: int = 0, typical_cost: int = 0
) -> bool:
    """Offer a product at exactly these prices from now on, in the open transaction; none makes it free.

    A price that stays as it is keeps its row, so that nobody has to agree to it again.

    Args:
        product: an assistant's public id; whoever calls has checked that the actor may publish it.
        prices: micro-units by kind; 0 for `pool`, which has no price of its own.
        trial_messages: how many messages a person gets before paying.
        typical_cost: what the models of a typical answer cost, in micro-units. A message is not sold for less.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInput: a price is out of range, or below that cost; it names each.
    """
    assert_in_action()
    require(actor, Permission.PUBLISH_ASSISTANTS)
    _check(prices, trial_messages, typical_cost)
    rows = ProductPrice.objects.for_organisation(actor.organisation).filter(product=product, ended_at=None)
    stays = {
        row.kind
        for row in rows.select_for_update()
        if prices.get(row.kind) == row.amount and row.trial_messages == trial_messages
    }
    ended = rows.exclude(kind__in=stays).update(ended_at=timezone.now())
    new = [kind for kind in prices if kind not in stays]
    for kind in new:
        _put(actor, product, kind, prices[kind], trial_messages)
    return bool(ended or new)


def _put(actor: Actor, product: str, kind: str, amount: int, trial_messages: int) -> ProductPrice:
    prices = ProductPrice.objects.for_organisation(actor.organisation)
    prices.filter(product=product, kind=kind, ended_at=None).update(ended_at=timezone.now())
    price: ProductPrice = ProductPrice.objects.create(
        organisation=actor.organisation,
        product=product,
        kind=kind,
        amount=amount,
        trial_messages=trial_messages,
        created_by=actor.user_id,
    )
    return price


def _check(prices: Mapping[str, int], trial_messages: int, typical_cost: int) -> None:
    problems = [problem for kind, amount in prices.items() if (problem := _wrong(kind, amount, typical_cost))]
    if not 0 <= trial_messages <= MOST_TRIALS:
        problems.append(
            FieldError("trial_messages", "out_of_range", str(_("Give at most 1,000 messages to try.")))
        )
    if problems:
        raise InvalidInput(errors=problems)


def _wrong(kind: str, amount: int, typical_cost: int) -> FieldError | None:
    if kind not in Kind.values:
        return FieldError("kind", "invalid", str(_("Choose one of the ways to pay.")))
    field = str(kind)
    if (kind == Kind.POOL) != (amount == 0) or not 0 <= amount <= HIGHEST:
        return FieldError(field, "out_of_range", str(_("Use an amount above 0, at most 10,000.")))
    if kind == Kind.MESSAGE and amount < typical_cost:
        words = _(
            "A typical answer costs %(cost)s in models, so a message for %(price)s would lose money each time."
        )
        figures = {
            "cost": format_money(typical_cost, settings.CURRENCY),
            "price": format_money(amount, settings.CURRENCY),
        }
        return FieldError(field, "below_cost", str(words) % figures)
    return None
