"""What Stripe's news mean for a `Payment`: the one place where its state changes.

All of it runs in an open `across_organisations` transaction, on the object as Stripe has it now, and changes nothing the second time.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Payment, StripeCustomer
from billing.payments.amounts import currency, to_micro, to_minor
from billing.payments.webhooks import News, NewsRefused
from kernel.actions import assert_in_action
from kernel.tenancy import across_organisations

State = Payment.State
UNPAID = (State.OPEN, State.PROCESSING, State.FAILED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Paid:
    """What arrived, in micro-units: `gross` with tax, `net` without; `discount` is what was let off."""

    gross: int
    tax: int
    discount: int

    @property
    def net(self) -> int:
        return self.gross - self.tax


def payment_of_session(session: dict[str, Any]) -> Payment | None:
    """The payment that a Checkout page belongs to, locked; None for a page that none of ours opened."""
    return _locked(session_id=session["id"]) or _locked(public_id=_named(session))


def payment_of_intent(intent: str) -> Payment | None:
    """The payment that was paid by a payment intent, locked."""
    return _locked(payment_intent=intent) if intent else None


def paid_of(payment: Payment, session: dict[str, Any]) -> Paid:
    """What arrived on a Checkout page.

    Raises:
        NewsRefused: it asked for another amount, in another currency, or of another customer than we did.
    """
    details = session.get("total_details") or {}
    tax, discount = int(details.get("amount_tax") or 0), int(details.get("amount_discount") or 0)
    total = int(session["amount_total"])
    if session["currency"] != currency():
        raise NewsRefused(reason=_("Paid in another currency than ours."))
    if (
        int(session["amount_subtotal"]) != to_minor(payment.amount)
        or total != to_minor(payment.amount) - discount + tax
    ):
        raise NewsRefused(reason=_("Another amount was paid than was asked for."))
    if not _is_customer(payment, session.get("customer")):
        raise NewsRefused(reason=_("Another customer paid than was asked."))
    return Paid(to_micro(total), to_micro(tax), to_micro(discount))


def mark_paid(payment: Payment, session: dict[str, Any]) -> Paid | None:
    """Note that a Checkout page was paid; returns what arrived, None where that was noted before or is not so yet.

    Raises:
        NewsRefused: see `paid_of`.
    """
    assert_in_action()
    if payment.state == State.PAID:
        return None
    payment.session_id = session["id"]
    payment.payment_intent = _id_of(session.get("payment_intent")) or payment.payment_intent
    payment.invoice_id = _id_of(session.get("invoice")) or payment.invoice_id
    if session["payment_status"] == "unpaid":
        if session["status"] == "complete":
            payment.state = State.PROCESSING
        payment.save(update_fields=["session_id", "payment_intent", "invoice_id", "state"])
        return None
    paid = paid_of(payment, session)
    payment.state, payment.paid, payment.tax = State.PAID, paid.gross, paid.tax
    payment.paid_at, payment.problem = timezone.now(), ""
    payment.save()
    return paid


def on_session_ended(session: dict[str, Any], _news: News) -> None:
    """Nobody paid in time, or a payment that takes days failed."""
    with across_organisations(reason="news of a payment", durable=True):
        payment = payment_of_session(session)
        if payment is None or payment.state not in UNPAID or session["payment_status"] != "unpaid":
            return
        if session["status"] == "expired":
            payment.state = State.EXPIRED
        elif session["status"] == "complete":
            payment.state = State.FAILED
            payment.problem = _("The payment was started and did not arrive.")
        payment.save(update_fields=["state", "problem"])


def on_intent_failed(intent: dict[str, Any], _news: News) -> None:
    """A card was declined. The page stays open: the customer may try another one."""
    error = intent.get("last_payment_error")
    if not error or intent["status"] == "succeeded":
        return
    with across_organisations(reason="news of a payment", durable=True):
        payment = payment_of_intent(intent["id"]) or _locked(public_id=_named(intent))
        if payment is not None and payment.state in UNPAID:
            payment.problem = str(error.get("message") or error.get("code") or "")[:300]
            payment.save(update_fields=["problem"])


def _named(found: dict[str, Any]) -> str:
    return str((found.get("metadata") or {}).get("payment") or "")


def _id_of(value: dict[str, Any] | str | None) -> str | None:
    """The id where Stripe sent an id, or the object in its place."""
    return str(value["id"]) if isinstance(value, dict) else value or None


def _locked(**wanted: str) -> Payment | None:
    if not all(wanted.values()):
        return None
    rows = Payment.objects.across_organisations(reason="whose payment it is")
    found: Payment | None = rows.select_for_update().filter(**wanted).first()
    return found


def _is_customer(payment: Payment, customer: Any) -> bool:
    known = StripeCustomer.objects.for_organisation(payment.organisation_id)
    return bool(customer) and known.filter(customer_id=_id_of(customer)).exists()
