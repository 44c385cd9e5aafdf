"""News that Stripe could not deliver, for example while we were down: it keeps them for thirty days, and is asked."""

from datetime import timedelta

import structlog
from django.utils import timezone

from billing.payments.gateway import payments_on, stripe_api
from billing.payments.inbox import keep

BACK = timedelta(days=3)
logger = structlog.get_logger(__name__)


def catch_up(*, back: timedelta = BACK) -> int:
    """Fetch what was not delivered of the last days; returns how many events were new to us."""
    if not payments_on():
        return 0
    since = int((timezone.now() - back).timestamp())
    missed = stripe_api().each("events", delivery_success="false", created={"gte": since})
    new = sum(keep(event) for event in missed)
    if new:
        logger.warning("stripe_events_caught_up", count=new)
    return new
