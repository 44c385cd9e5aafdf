"""Somebody without a word about the wallet asks those who have one."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions.accept_price import PriceChanged, agree, check_cap, message_price
from billing.actions.buy_product import price_of_kind, purchase
from billing.selling.requests import KIND
from billing.selling.spending import NothingToPay, may_spend, product_to_pay
from billing.terms import Kind, Offer, price_in_words
from kernel.actions import assert_in_action, entry_action
from kernel.registries import ApprovalKind, Product
from organisations.actions.request_approval import request_approval
from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Permission, require_person


@entry_action
def ask_to_spend(
    *, actor: Actor, reference: str, kind: str, cap: int | None = None, reason: str = ""
) -> Approval:
    """Ask the people who look after the organisation's money for a product: its messages, or to buy it.

    Args:
        reference: a listing's slug or id, or an assistant's id.
        kind: `message`, `monthly` or `one_off`.
        cap: what messages may cost a month at most, in micro-units; None for no limit.
        reason: what it is needed for; who decides reads it.

    Raises:
        PersonNeeded: no person asks. NotFound: there is nothing of this name.
        NothingToPay: the actor needs nobody's word.
        InvalidInput: it is not sold in this way, or the limit is out of range.
        ApprovalPending: they asked already.
    """
    person = require_person(actor)
    product = product_to_pay(actor, reference)
    offer = _offer(product, kind)
    if may_spend(actor):
        raise NothingToPay(name=product.name)
    if offer.kind == Kind.MESSAGE:
        check_cap(cap, offer.amount)
    return request_approval(
        actor=actor,
        kind=KIND,
        subject_type="assistant",
        subject_id=f"{product.id}:{person.pk}",
        label=product.name,
        payload={
            "product": product.reference,
            "kind": str(offer.kind),
            "amount": offer.amount,
            "cap": cap if offer.kind == Kind.MESSAGE else None,
            "user": person.pk,
        },
        reason=reason,
    )


def _offer(product: Product, kind: str) -> Offer:
    return message_price(product) if kind == Kind.MESSAGE else price_of_kind(product, kind)


def _apply(actor: Actor, approval: Approval) -> None:
    """Agree, or buy, for whoever asked, at no other price than they asked for."""
    assert_in_action()
    asked: dict[str, Any] = approval.payload
    product = product_to_pay(actor, asked["product"])
    offer = _offer(product, asked["kind"])
    if offer.amount != asked["amount"]:
        raise PriceChanged(name=product.name)
    if offer.kind == Kind.MESSAGE:
        agree(actor, product, offer, user_id=asked["user"], cap=asked["cap"])
    else:
        purchase(actor, product, offer, user_id=asked["user"], renews=True)


def _facts(approval: Approval) -> Sequence[tuple[str, str]]:
    asked: dict[str, Any] = approval.payload
    rows = [(_("Price"), price_in_words(asked["kind"], asked["amount"]))]
    if asked["cap"]:
        rows.append((_("At most a month"), price_in_words(Kind.MONTHLY, asked["cap"])))
    return rows


def _url(approval: Approval) -> str:
    return reverse("billing:offer", args=[approval.payload["product"]])


SPENDING = ApprovalKind(
    KIND,
    gettext_lazy("Spending from the wallet"),
    _apply,
    _url,
    permission=Permission.MANAGE_BILLING.name,
    facts=_facts,
)
