"""Somebody decides when the wallet fills itself, or that it no longer does."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import AutoTopUp
from billing.payments.customers import customer_of
from billing.payments.gateway import stripe_api
from billing.wallet.amounts import checked_amount
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.ids import new_public_id
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

HIGHEST = 100_000_000_000


def start_auto_top_up(
    *, actor: Actor, threshold: int, amount: int, monthly_maximum: int, other_card: bool = False
) -> str:
    """Fill the wallet whenever less than `threshold` is free in it. Sums are micro-units.

    Args:
        amount: what is charged at a time, without tax.
        monthly_maximum: what is charged at most in a calendar month.
        other_card: whether another payment method than the saved one is to be charged.

    Returns:
        The address of the provider's page on which a payment method is left; empty where one is saved already.

    Raises:
        PermissionDenied: the actor does not look after the money.
        InvalidInput: a sum is out of range.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require(actor, Permission.MANAGE_BILLING)
    api = stripe_api()
    row = _save(actor=actor, threshold=threshold, amount=amount, monthly_maximum=monthly_maximum)
    if row.payment_method and not other_card:
        return ""
    wallet = f"{settings.PUBLIC_URL}{reverse('billing:wallet')}"
    session = api.checkout_for_card(
        key=new_public_id("card_"),
        customer=customer_of(actor),
        success_url=f"{wallet}?card={{CHECKOUT_SESSION_ID}}",
        cancel_url=wallet,
        metadata={"organisation": actor.organisation.public_id},
    )
    return str(session["url"])


@entry_action
def _save(*, actor: Actor, threshold: int, amount: int, monthly_maximum: int) -> AutoTopUp:
    checked_amount(amount)
    if not 0 <= threshold <= HIGHEST:
        raise InvalidInput.on("threshold", "out_of_range", _("Use 0 to 100,000."))
    if not amount <= monthly_maximum <= HIGHEST:
        raise InvalidInput.on("monthly_maximum", "out_of_range", _("Use at least what is charged at a time."))
    rows = AutoTopUp.objects.for_organisation(actor.organisation)
    row = rows.select_for_update().first() or AutoTopUp(organisation=actor.organisation)
    row.threshold, row.amount, row.monthly_maximum = threshold, amount, monthly_maximum
    row.enabled = bool(row.payment_method)
    row.paused_at, row.problem, row.changed_by_id = None, "", actor.user_id
    row.save()
    record_audit(
        actor,
        "wallet.automatic_top_up_changed",
        row,
        threshold=threshold,
        amount=amount,
        monthly_maximum=monthly_maximum,
    )
    return row


@entry_action
def stop_auto_top_up(*, actor: Actor) -> None:
    """Charge nothing by itself any more; the sums and the payment method stay for another time.

    Raises:
        PermissionDenied: the actor does not look after the money.
    """
    require(actor, Permission.MANAGE_BILLING)
    row = AutoTopUp.objects.for_organisation(actor.organisation).select_for_update().first()
    if row is None or not row.enabled:
        return
    row.enabled, row.paused_at, row.problem = False, None, ""
    row.save(update_fields=["enabled", "paused_at", "problem"])
    record_audit(actor, "wallet.automatic_top_up_stopped", row)
