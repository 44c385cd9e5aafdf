"""Wallets that fill themselves: a minute after one holds too little, the saved card is charged, once and within the month's maximum."""

from typing import Any

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import AutoTopUp, Payment, StripeCustomer
from billing.payments.amounts import currency, to_micro, to_minor
from billing.payments.gateway import PaymentProviderDown, PaymentRefused, payments_on, stripe_api
from billing.payments.statuses import Paid
from billing.payments.webhooks import News, NewsRefused
from billing.prices import this_month
from billing.wallet.topping_up import post_top_up
from kernel.errors import DomainError
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation

WHY = "wallets that fill themselves"
BATCH = 200
State = Payment.State
logger = structlog.get_logger(__name__)

# Those with too little, and those whose charge is under way: a crash may have cut it off.
DUE = """
SELECT rule.organisation_id FROM billing_autotopup rule LEFT JOIN billing_wallet wallet USING (organisation_id)
WHERE rule.enabled AND rule.paused_at IS NULL AND rule.payment_method <> ''
  AND (rule.payment_id IS NOT NULL OR COALESCE(wallet.balance - wallet.reserved, 0) < rule.threshold)
ORDER BY rule.organisation_id LIMIT %s
"""


def fill_wallets(*, batch: int = BATCH) -> int:
    """Charge for every wallet that holds too little; returns how many were filled."""
    if not payments_on():
        return 0
    with across_organisations(reason=WHY), connection.cursor() as cursor:
        cursor.execute(DUE, [batch])
        due = [row[0] for row in cursor.fetchall()]
    return sum(_fill(organisation_id) for organisation_id in due)


def _fill(organisation_id: int) -> bool:
    wanted = _wanted(organisation_id)
    if wanted is None:
        return False
    payment, customer, method = wanted
    try:
        with override(None):
            invoice = stripe_api().charge_saved(
                key=payment.public_id,
                customer=customer,
                method=method,
                amount=payment.amount,
                label=_("Credit"),
                metadata={"payment": payment.public_id},
            )
        full = stripe_api().retrieve("invoice", invoice["id"], expand=["payments"])
        on_invoice_paid(full)
    except PaymentProviderDown:
        return False  # the next minute goes on with the same payment
    except DomainError as error:
        _decline(organisation_id, payment, error)
        return False
    return True


def _wanted(organisation_id: int) -> tuple[Payment, str, str] | None:
    """The payment to charge: the one under way, otherwise a new one within the month's maximum."""
    with tenant_scope(organisation_id, durable=True):
        rule = AutoTopUp.objects.for_organisation(organisation_id).select_for_update(of=("self",)).first()
        customer = StripeCustomer.objects.for_organisation(organisation_id).first()
        if rule is None or not rule.enabled or rule.paused_at or not (customer and customer.customer_id):
            return None
        if rule.payment_id is None:
            if rule.month != this_month():
                rule.month, rule.charged = this_month(), 0
            if rule.charged + rule.amount > rule.monthly_maximum:
                rule.save(update_fields=["month", "charged"])
                return None
            rule.charged += rule.amount
            rule.payment = Payment.objects.create(
                organisation_id=organisation_id,
                user_id=rule.changed_by_id,
                purpose=Payment.Purpose.TOP_UP,
                amount=rule.amount,
            )
            rule.save(update_fields=["month", "charged", "payment"])
        return rule.payment, str(customer.customer_id), rule.payment_method


def on_invoice_paid(invoice: dict[str, Any], _news: News | None = None) -> None:
    """An invoice that charged a saved card was paid.

    Raises:
        NewsRefused: another amount, currency or customer than we asked for.
    """
    if invoice["status"] != "paid":
        return
    with across_organisations(reason=WHY, durable=True):
        named = str((invoice.get("metadata") or {}).get("payment") or "")
        rows = Payment.objects.across_organisations(reason=WHY).select_for_update()
        payment = rows.filter(public_id=named, purpose=Payment.Purpose.TOP_UP).first()
        # A page of Checkout has an invoice too: its own news tell of it.
        if payment is None or payment.session_id or payment.state == State.PAID:
            return
        paid = _paid(payment, invoice)
        payment.state, payment.paid, payment.tax = State.PAID, paid.gross, paid.tax
        payment.payment_intent, payment.invoice_id = intent_of(invoice), invoice["id"]
        payment.paid_at, payment.problem = timezone.now(), ""
        payment.save()
        AutoTopUp.objects.across_organisations(reason=WHY).filter(payment=payment).update(payment=None)
        post_top_up(payment, paid)


def tax_of(invoice: dict[str, Any]) -> int:
    """The tax of an invoice in minor units."""
    return sum(int(one["amount"]) for one in invoice.get("total_taxes") or [])


def intent_of(invoice: dict[str, Any]) -> str | None:
    """The payment intent that paid an invoice, whose `payments` were asked for; None where nothing had to be paid."""
    for one in (invoice.get("payments") or {}).get("data") or []:
        intent = (one.get("payment") or {}).get("payment_intent")
        if intent and one.get("status", "paid") == "paid":
            return str(intent["id"] if isinstance(intent, dict) else intent)
    return None


def _paid(payment: Payment, invoice: dict[str, Any]) -> Paid:
    tax, total = tax_of(invoice), int(invoice["amount_paid"])
    if invoice["currency"] != currency() or total != to_minor(payment.amount) + tax:
        raise NewsRefused(reason=_("Another amount was paid than was asked for."))
    customer = StripeCustomer.objects.for_organisation(payment.organisation_id).first()
    if customer is None or customer.customer_id != invoice["customer"]:
        raise NewsRefused(reason=_("Another customer paid than was asked."))
    return Paid(to_micro(total), to_micro(tax), 0)


def _decline(organisation_id: int, payment: Payment, error: DomainError) -> None:
    """The card was refused: pause, so that nobody is asked again and again, and tell."""
    logger.info("automatic_top_up_declined", organisation=organisation_id, code=error.code)
    refusal = error.context.get("reason", "") if isinstance(error, PaymentRefused) else error.message
    with tenant_scope(organisation_id, durable=True):
        changed = (
            Payment.objects.for_organisation(organisation_id)
            .filter(pk=payment.pk, state=State.OPEN)
            .update(state=State.FAILED, problem=str(refusal)[:300])
        )
        if not changed:
            return
        AutoTopUp.objects.for_organisation(organisation_id).filter(payment_id=payment.pk).update(
            payment=None,
            charged=F("charged") - payment.amount,
            problem=str(refusal)[:300],
            paused_at=timezone.now(),
        )
        organisation = Organisation.objects.get(pk=organisation_id)
        publish_event(organisation, "wallet.top_up_failed", {"payment": payment.public_id})


def on_card_saved(session: dict[str, Any], _news: News | None = None) -> None:
    """Somebody left a payment method on the provider's page: the wallet fills itself from now on."""
    organisation_id = _organisation_of(session)
    intent = session.get("setup_intent")
    if organisation_id is None or not intent:
        return
    found = stripe_api().retrieve("setup_intent", _id(intent), expand=["payment_method"])
    method = found.get("payment_method")
    if found.get("status") != "succeeded" or not method:
        return
    with tenant_scope(organisation_id, durable=True):
        AutoTopUp.objects.for_organisation(organisation_id).update(
            enabled=True, payment_method=_id(method), card=_card(method), problem="", paused_at=None
        )


def _organisation_of(session: dict[str, Any]) -> int | None:
    with across_organisations(reason=WHY):
        customer = StripeCustomer.objects.across_organisations(reason=WHY).filter(
            customer_id=_id(session.get("customer") or "")
        )
        found: int | None = customer.values_list("organisation_id", flat=True).first()
        return found


def _id(value: dict[str, Any] | str) -> str:
    return str(value["id"] if isinstance(value, dict) else value)


def _card(method: dict[str, Any] | str) -> str:
    card = method.get("card") if isinstance(method, dict) else None
    return f"{str(card['brand']).title()} •••• {card['last4']}" if card else ""
