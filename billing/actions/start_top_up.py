"""Somebody starts to buy credit on the payment provider's page."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import Payment
from billing.payments.customers import customer_of
from billing.payments.gateway import stripe_api
from billing.wallet.amounts import checked_amount
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def start_top_up(*, actor: Actor, amount: int) -> str:
    """Open a page of the payment provider's on which the wallet is topped up; returns its address.

    Our row is committed before the provider is asked; its public id is the call's idempotency key.

    Args:
        amount: micro-units, without tax.

    Raises:
        PermissionDenied: the actor does not look after the money.
        InvalidInput: the amount is out of range.
        PaymentsOff, PaymentProviderDown, PaymentRefused: no page was opened.
    """
    require(actor, Permission.MANAGE_BILLING)
    checked_amount(amount)
    api = stripe_api()
    payment = _wanted(actor, amount)
    wallet = f"{settings.PUBLIC_URL}{reverse('billing:wallet')}"
    try:
        session = api.checkout_for_payment(
            key=payment.public_id,
            customer=customer_of(actor),
            amount=amount,
            label=_("Credit"),
            success_url=f"{wallet}?session={{CHECKOUT_SESSION_ID}}",
            cancel_url=wallet,
            metadata={"payment": payment.public_id, "organisation": actor.organisation.public_id},
            promotion_codes=True,
        )
    except DomainError as error:
        _note(actor, payment, state=Payment.State.FAILED, problem=error.message[:300])
        raise
    _note(actor, payment, session_id=session["id"])
    return str(session["url"])


def _wanted(actor: Actor, amount: int) -> Payment:
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        payment: Payment = Payment.objects.create(
            organisation=actor.organisation,
            user_id=actor.user_id,
            purpose=Payment.Purpose.TOP_UP,
            amount=amount,
        )
        record_audit(actor, "wallet.top_up_started", payment, amount=amount)
    return payment


def _note(actor: Actor, payment: Payment, **changes: object) -> None:
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        Payment.objects.for_organisation(actor.organisation).filter(
            pk=payment.pk, state=Payment.State.OPEN
        ).update(**changes)
