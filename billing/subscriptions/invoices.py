"""Invoices of plans: what was paid goes into the ledger and counts for the pool, what could not be collected is told."""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, post
from billing.models import Payment, Subscription, SubscriptionPayment, UsageMeter
from billing.payments.amounts import to_micro
from billing.payments.gateway import stripe_api
from billing.payments.webhooks import News
from billing.subscriptions.syncing import grace_end, row_of
from billing.wallet import automatic
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.models import Organisation

WHY = "invoices of plans"
WHOLE = 10_000  # basis points


def on_invoice(invoice: dict[str, Any], news: News) -> None:
    """An invoice was paid, or could not be collected; of a plan, or of a wallet that fills itself."""
    about = (invoice.get("parent") or {}).get("subscription_details")
    if invoice["status"] == "paid":
        invoice = stripe_api().whole_invoice(invoice["id"])
    if not about:
        automatic.on_invoice_paid(invoice, news)
    elif invoice["status"] == "paid":
        _paid(invoice, about)
    elif news.type == "invoice.payment_failed" and invoice["status"] == "open":
        _failed(invoice, about)


def _row(about: dict[str, Any]) -> Subscription | None:
    named = about["subscription"]
    return row_of(named["id"] if isinstance(named, dict) else named, about.get("metadata") or {})


def _paid(invoice: dict[str, Any], about: dict[str, Any]) -> None:
    """Cash that came in. What an earlier credit of the customer's covered came in before, and is not counted twice."""
    gross = to_micro(int(invoice["amount_paid"]))
    if not gross:
        return
    tax = _tax(invoice, gross)
    with across_organisations(reason=WHY, durable=True):
        row = _row(about)
        if row is None:
            return
        intent = automatic.intent_of(invoice)
        net = gross - tax
        metered = min(_metered(invoice, gross), net)
        event = Event(
            "subscription",
            "stripe",
            invoice["id"],
            timezone.now(),
            {"payment": intent or "", "subscription": row.public_id},
        )
        made = post(
            event,
            [
                Posting(Kind.CASH, gross),
                Posting(Kind.SUBSCRIPTION_REVENUE, metered - net),
                Posting(Kind.USAGE_REVENUE, -metered),
                Posting(Kind.TAX_PAYABLE, -tax),
            ],
        )
        if made is not None:
            _note(row, invoice, intent, gross=gross, tax=tax, net=net, metered=metered)


def _note(
    row: Subscription,
    invoice: dict[str, Any],
    intent: str | None,
    *,
    gross: int,
    tax: int,
    net: int,
    metered: int,
) -> None:
    """Use beyond the allowance is no part of the plan's price: nothing of it goes into the pool."""
    Payment.objects.create(
        organisation_id=row.organisation_id,
        user_id=row.user_id,
        purpose=Payment.Purpose.SUBSCRIPTION,
        state=Payment.State.PAID,
        amount=net,
        payment_intent=intent,
        invoice_id=invoice["id"],
        paid=gross,
        tax=tax,
        paid_at=timezone.now(),
    )
    start, end = _period(invoice)
    SubscriptionPayment.objects.create(
        organisation_id=row.organisation_id,
        reference=invoice["id"],
        period_start=start,
        period_end=end,
        net=net - metered,
        pool_part=(net - metered) * settings.POOL_SHARE_BP // WHOLE if row.plan.pool else 0,
    )


def _failed(invoice: dict[str, Any], about: dict[str, Any]) -> None:
    """An attempt to collect failed: a grace begins, and those who look after the money are told of each attempt once."""
    with across_organisations(reason=WHY, durable=True):
        row = _row(about)
        attempt = f"{invoice['id']}:{invoice['attempt_count']}"
        if row is None or row.state not in (Subscription.State.ACTIVE, Subscription.State.PAST_DUE):
            return
        if row.last_failure == attempt:
            return
        row.last_failure, row.grace_until = attempt, row.grace_until or grace_end()
        row.save(update_fields=["last_failure", "grace_until"])
        organisation = Organisation.objects.get(pk=row.organisation_id)
        payload = {"subscription": row.public_id, "until": f"{row.grace_until:%Y-%m-%d}"}
        publish_event(organisation, "subscription.payment_failed", payload)


def _tax(invoice: dict[str, Any], gross: int) -> int:
    """The tax in what was paid: a part of the invoice's where a credit of the customer's covered the rest."""
    total, tax = int(invoice["total"]), automatic.tax_of(invoice)
    return gross * tax // total if total > 0 else 0


def _metered(invoice: dict[str, Any], gross: int) -> int:
    """What use beyond the allowance is in what was paid, without tax: a part, where a credit of the customer's covered the rest."""
    prices = set(UsageMeter.objects.exclude(price_id=None).values_list("price_id", flat=True))
    found = 0
    for line in (invoice.get("lines") or {}).get("data") or []:
        if ((line.get("pricing") or {}).get("price_details") or {}).get("price") in prices:
            found += int(line["amount"]) - sum(
                int(one["amount"]) for one in line.get("discount_amounts") or []
            )
    total = int(invoice["total"])
    return gross * found // total if total > 0 else 0


def _period(invoice: dict[str, Any]) -> tuple[date, date]:
    """The time that is paid for: that of the line that reaches furthest."""
    lines = (invoice.get("lines") or {}).get("data") or []
    last = max((line["period"] for line in lines), key=lambda one: int(one["end"]), default=None)
    if last is None:
        today = timezone.now().date()
        return today, today
    return _day(last["start"]), _day(last["end"])


def _day(stamp: Any) -> date:
    return datetime.fromtimestamp(int(stamp), UTC).date()
