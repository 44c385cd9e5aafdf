"""Which cards and accounts organisations pay and are paid with, as keyed hashes: two that share one are told by it."""

from typing import Any

from django.utils.crypto import salted_hmac

from billing.models import PaymentMethodSeen, StripeCustomer
from billing.payments.webhooks import News, handlers
from kernel.actions import assert_in_action
from kernel.tenancy import across_organisations

WHY = "whose payment it is"


def note_payment_method(*, organisation_id: int, fingerprint: str) -> None:
    """Remember that an organisation used a card or account, in the open `across_organisations` transaction.

    Args:
        fingerprint: the provider's own name for the card or account, the same whoever uses it.
    """
    assert_in_action()
    if fingerprint:
        hashed = salted_hmac("billing.payment_method", fingerprint, algorithm="sha256").hexdigest()
        PaymentMethodSeen.objects.bulk_create(
            [PaymentMethodSeen(organisation_id=organisation_id, fingerprint=hashed)], ignore_conflicts=True
        )


def on_charge_succeeded(charge: dict[str, Any], _news: News) -> None:
    """Stripe tells of a charge: whatever it was paid with has a fingerprint, or has none."""
    details = charge.get("payment_method_details") or {}
    fingerprint = (details.get(details.get("type", "")) or {}).get("fingerprint") or ""
    with across_organisations(reason=WHY, durable=True):
        customers = StripeCustomer.objects.across_organisations(reason=WHY)
        customer = customers.filter(customer_id=charge.get("customer") or "").first()
        if customer is not None:
            note_payment_method(organisation_id=customer.organisation_id, fingerprint=fingerprint)


def register() -> None:
    """Hear of charges."""
    handlers["charge.succeeded"] = on_charge_succeeded
