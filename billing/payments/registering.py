"""What the payments' part of billing does by the clock, and which of Stripe's news it acts on itself."""

from celery.schedules import crontab

from billing.payments import personal_data
from billing.payments.statuses import on_intent_failed, on_session_ended
from billing.payments.webhooks import handlers
from kernel import registries


def register() -> None:
    """Called once the models are ready."""
    registries.personal_data.register(personal_data.HOLDER)
    handlers["checkout.session.expired"] = on_session_ended
    handlers["checkout.session.async_payment_failed"] = on_session_ended
    handlers["payment_intent.payment_failed"] = on_intent_failed
    registries.periodic_tasks["sweep Stripe events"] = {
        "task": "billing.sweep_stripe_events",
        "schedule": 60.0,
    }
    registries.periodic_tasks["catch up with Stripe"] = {
        "task": "billing.catch_up_with_stripe",
        "schedule": crontab(minute=25),
    }
    registries.periodic_tasks["reconcile with Stripe"] = {
        "task": "billing.reconcile_with_stripe",
        "schedule": crontab(hour=4, minute=15),
    }
