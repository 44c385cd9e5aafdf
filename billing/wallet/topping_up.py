"""Credit that was paid for: into the wallet and the ledger, once, however often the payment provider tells of it."""

from typing import Any

from django.utils import timezone

from billing.ledger import Event, Kind, Posting, post
from billing.models import Payment, StripeCustomer
from billing.payments.gateway import payments_on, stripe_api
from billing.payments.statuses import Paid, mark_paid, payment_of_session
from billing.payments.webhooks import News
from billing.wallet.country import country_of_session, note_country
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.models import Organisation

WHY = "credit that was paid for"
UNPAID = (Payment.State.OPEN, Payment.State.PROCESSING)


def on_session_paid(session: dict[str, Any], _news: News | None = None) -> None:
    """A Checkout page of a top-up was completed: at once, or after days.

    Raises:
        NewsRefused: another amount, currency or customer than we asked for.
    """
    with across_organisations(reason=WHY, durable=True):
        payment = payment_of_session(session)
        if payment is None or payment.purpose != Payment.Purpose.TOP_UP:
            return
        paid = mark_paid(payment, session)
        if paid is not None:
            post_top_up(payment, paid)
            note_country(payment.organisation_id, country_of_session(session))


def post_top_up(payment: Payment, paid: Paid) -> None:
    """Post what arrived, in the open `across_organisations` transaction.

    A discount does not lessen the credit: the platform bears it.
    """
    assert_in_action()
    details = {"payment": payment.payment_intent or payment.session_id or "", "discount": paid.discount}
    made = post(
        Event("top_up", "stripe", payment.public_id, timezone.now(), details),
        [
            Posting(Kind.CASH, paid.gross),
            Posting(Kind.PROMOTIONS, paid.discount),
            Posting(Kind.WALLET, -(paid.net + paid.discount), payment.organisation_id),
            Posting(Kind.TAX_PAYABLE, -paid.tax),
        ],
    )
    if made is not None:
        organisation = Organisation.objects.get(pk=payment.organisation_id)
        publish_event(organisation, "wallet.topped_up", {"payment": payment.public_id})


def confirm_return(actor: Actor, session_id: str) -> Payment | None:
    """Somebody came back from a Checkout page: ask the provider how it ended, as its news may take a moment.

    Called outside of transactions. Returns the payment as it stands now; None where the organisation has no such page.

    Raises:
        PaymentProviderDown: its news will tell later.
    """
    found = _payment(actor, session_id)
    if found is None or found.state not in UNPAID or not payments_on():
        return found
    on_session_paid(stripe_api().retrieve("checkout.session", session_id))
    return _payment(actor, session_id)


def _payment(actor: Actor, session_id: str) -> Payment | None:
    with tenant_scope(actor.organisation):
        rows = Payment.objects.for_organisation(actor.organisation)
        found: Payment | None = rows.filter(session_id=session_id[:255], purpose="top_up").first()
        return found


def is_own(organisation: Organisation, session: dict[str, Any]) -> bool:
    """Whether a page of the provider's was opened for an organisation."""
    with tenant_scope(organisation):
        known = StripeCustomer.objects.for_organisation(organisation).first()
    return known is not None and bool(known.customer_id) and known.customer_id == session.get("customer")
