"""Which of the payment provider's news are about wallets and plans, and what is done by the clock."""

from typing import Any

from celery.schedules import crontab

from billing.payments.webhooks import News, handlers
from billing.subscriptions import invoices, syncing
from billing.subscriptions.notices import KINDS as PLAN_KINDS
from billing.wallet import automatic, personal_data, refunding, topping_up
from billing.wallet.notices import KINDS
from kernel import registries

PAGES = {
    "payment": topping_up.on_session_paid,
    "setup": automatic.on_card_saved,
    "subscription": syncing.on_session,
}


def on_session(session: dict[str, Any], news: News) -> None:
    """A page of Checkout was completed: which of them says its mode."""
    PAGES[session["mode"]](session, news)


def register() -> None:
    """Called once the models are ready."""
    for kind in ("checkout.session.completed", "checkout.session.async_payment_succeeded"):
        handlers[kind] = on_session
    for kind in ("invoice.paid", "invoice.payment_failed", "invoice.voided"):
        handlers[kind] = invoices.on_invoice
    for kind in ("created", "updated", "deleted", "paused", "resumed"):
        handlers[f"customer.subscription.{kind}"] = syncing.on_subscription
    for kind in ("refund.created", "refund.updated", "refund.failed"):
        handlers[kind] = refunding.on_refund
    for kind in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed"):
        handlers[f"charge.dispute.{kind}"] = refunding.on_dispute
    registries.personal_data.register(personal_data.HOLDER)
    for notice in (*KINDS, *PLAN_KINDS):
        registries.notification_kinds.register(notice)
    registries.periodic_tasks["fill wallets"] = {"task": "billing.fill_wallets", "schedule": 60.0}
    registries.periodic_tasks["send refunds"] = {"task": "billing.send_refunds", "schedule": 300.0}
    registries.periodic_tasks["report metered use"] = {
        "task": "billing.report_metered",
        "schedule": crontab(minute=35),
    }
    registries.periodic_tasks["end grace of plans"] = {"task": "billing.end_grace", "schedule": 3600.0}
    registries.periodic_tasks["count uses of coupons"] = {
        "task": "billing.count_coupons",
        "schedule": crontab(minute=45),
    }
