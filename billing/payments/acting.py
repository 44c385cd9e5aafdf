"""Acting on Stripe's news: fetch the object as it is now, and give it to whom its type concerns."""

from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from billing.models import StripeEvent
from billing.payments.amounts import currency
from billing.payments.calls import PLACES
from billing.payments.gateway import PaymentRefused, stripe_api
from billing.payments.webhooks import News, NewsRefused, handler_of
from kernel.errors import DomainError
from kernel.jobs import enqueue_after_commit

State = StripeEvent.State
TASK = "billing.act_on_stripe_event"
MOST_ATTEMPTS = 15
HOLD_SECONDS = 300
FIRST_WAIT, LONGEST_WAIT = 15, 6 * 3600
BATCH = 500
KEPT = timedelta(days=180)
logger = structlog.get_logger(__name__)

# One event about an object at a time: with two, the one that fetched it first could act last, on what is old by then.
CLAIM = """
UPDATE billing_stripeevent event SET attempts = attempts + 1, held_until = now() + make_interval(secs => %(hold)s)
WHERE id = %(key)s AND state = 'waiting' AND due_at <= now() AND (held_until IS NULL OR held_until < now())
  AND NOT EXISTS (SELECT 1 FROM billing_stripeevent other WHERE other.object_id = event.object_id
    AND other.id <> event.id AND other.state = 'waiting' AND other.held_until > now())
"""


def act_on(key: int) -> bool:
    """Act on an event that waits; says whether it came to an end. Doing it twice, or beside itself, does it once.

    What goes wrong is kept with the event, which is tried again later, for about a day; then people look at it.
    """
    if not _claim(key):
        return False
    event = StripeEvent.objects.get(pk=key)
    try:
        handler = handler_of(event.type, event.account)
        if handler is None:
            return _end(event, State.IGNORED)
        handler(_object_of(event), _news(event))
    except NewsRefused as refused:
        return _end(event, State.REFUSED, str(refused))
    except Exception as error:  # whatever it is, the event waits, and the next one has its turn
        return _later(event, error)
    return _end(event, State.DONE)


def sweep(*, batch: int = BATCH) -> int:
    """Hand events that are due, and that nobody works on, to the workers again; returns how many."""
    with transaction.atomic(durable=True):
        waiting = StripeEvent.objects.filter(state=State.WAITING, due_at__lte=Now())
        keys = list(
            waiting.exclude(held_until__gt=Now()).order_by("due_at").values_list("pk", flat=True)[:batch]
        )
        for key in keys:
            enqueue_after_commit(TASK, key=key)
    return len(keys)


def forget(*, older: timedelta = KEPT) -> int:
    """Drop events that came to an end long ago; Stripe tells none again after thirty days. Returns how many."""
    with transaction.atomic(durable=True):
        ended = StripeEvent.objects.filter(
            state__in=(State.DONE, State.IGNORED, State.SET_ASIDE), received_at__lt=Now() - older
        )
        return ended.delete()[0]


def _claim(key: int) -> bool:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('stripe:' || object_id, 0)) FROM billing_stripeevent"
            " WHERE id = %s AND state = 'waiting'",
            [key],
        )
        if not cursor.rowcount:
            return False
        cursor.execute(CLAIM, {"key": key, "hold": HOLD_SECONDS})
        return bool(cursor.rowcount)


def _news(event: StripeEvent) -> News:
    return News(event.event_id, event.type, event.account, event.object_id, event.occurred_at)


def _object_of(event: StripeEvent) -> dict[str, Any]:
    """The object as it is now.

    Raises:
        NewsRefused: it is not ours, or counted in another currency than ours.
    """
    stripe = stripe_api()
    if event.type == "account.application.deauthorized":
        return {"id": event.account, "object": "account", "deleted": True}
    if event.object_type == "capability":
        return stripe.retrieve("account", event.account)
    if event.object_type == "account":
        return stripe.retrieve("account", event.object_id)
    if event.object_type not in PLACES:
        return {"id": event.object_id, "object": event.object_type}
    try:
        found = stripe.retrieve(event.object_type, event.object_id, account=event.account)
    except PaymentRefused as refused:
        if refused.missing or refused.refusal == "account_invalid":
            raise NewsRefused(reason=refused.message) from refused
        raise
    if not event.account and found.get("currency", currency()) not in (currency(), None):
        raise NewsRefused(reason=f"{found['currency'].upper()} is not the currency of this installation.")
    return found


def _end(event: StripeEvent, state: str, problem: str = "") -> bool:
    with transaction.atomic(durable=True):
        StripeEvent.objects.filter(pk=event.pk).update(
            state=state, problem=problem[:500], ended_at=timezone.now(), held_until=None
        )
        _wake_next(event)
    if state == State.REFUSED:
        logger.warning("stripe_event_refused", event_id=event.event_id, kind=event.type, problem=problem)
    return True


def _later(event: StripeEvent, error: Exception) -> bool:
    problem = f"{type(error).__name__}: {error}"
    if event.attempts >= MOST_ATTEMPTS:
        logger.error("stripe_event_given_up", event_id=event.event_id, kind=event.type, exc_info=error)
        return _end(event, State.DEAD, problem)
    if not isinstance(error, DomainError):
        logger.error("stripe_event_failed", event_id=event.event_id, kind=event.type, exc_info=error)
    wait = min(FIRST_WAIT * 2 ** (event.attempts - 1), LONGEST_WAIT)
    with transaction.atomic(durable=True):
        StripeEvent.objects.filter(pk=event.pk).update(
            problem=problem[:500], due_at=Now() + timedelta(seconds=wait), held_until=None
        )
        _wake_next(event)
    return False


def _wake_next(event: StripeEvent) -> None:
    """The object is free: whoever came meanwhile and was sent away has its turn."""
    waiting = StripeEvent.objects.filter(object_id=event.object_id, state=State.WAITING, due_at__lte=Now())
    following = waiting.exclude(pk=event.pk).order_by("id").values_list("pk", flat=True).first()
    if following is not None:
        enqueue_after_commit(TASK, key=following)
