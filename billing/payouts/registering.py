"""What payouts do by the clock, which of Stripe's news they act on, and what people are told."""

from celery.schedules import crontab

from billing.payments.webhooks import account_handlers, handlers
from billing.payouts.news import on_account, on_bank_account, on_bank_payout, on_transfer
from billing.payouts.notices import KINDS
from kernel import registries


def register() -> None:
    """Called once the models are ready."""
    for kind in ("transfer.created", "transfer.updated", "transfer.reversed"):
        handlers[kind] = on_transfer
    for kind in ("account.updated", "capability.updated", "account.application.deauthorized"):
        account_handlers[kind] = on_account
    for kind in ("created", "updated", "deleted"):
        account_handlers[f"account.external_account.{kind}"] = on_bank_account
    for kind in ("payout.paid", "payout.failed"):
        account_handlers[kind] = on_bank_payout
    for one in KINDS:
        registries.notification_kinds.register(one)
    registries.periodic_tasks["plan payouts"] = {
        "task": "billing.schedule_payouts",
        "schedule": crontab(hour=5, minute=30),
    }
    registries.periodic_tasks["send payouts"] = {"task": "billing.sweep_payouts", "schedule": 60.0}
