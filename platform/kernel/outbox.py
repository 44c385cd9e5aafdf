"""Domain events: rows that commit with the state they announce; a job delivers them."""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from kernel import registries
from kernel.actions import assert_in_action
from kernel.jobs import enqueue_after_commit
from kernel.models import OutboxEvent
from kernel.tenancy import HasPk, across_organisations

MAX_ATTEMPTS = 10
BATCH = 200
logger = structlog.get_logger(__name__)


def publish_event(organisation: HasPk, kind: str, payload: dict[str, Any]) -> None:
    """Announce what happened, inside the transaction in which it happens."""
    assert_in_action()
    OutboxEvent.objects.create(organisation_id=organisation.pk, kind=kind, payload=payload)
    enqueue_after_commit("kernel.deliver_events")


def deliver_events() -> int:
    """Hand undelivered events to their consumers; returns how many were delivered.

    A consumer must be idempotent: it sees an event again when the process died before the mark was saved.
    """
    events = _undelivered()
    delivered = sum(_deliver(event) for event in events)
    if len(events) == BATCH and delivered:
        enqueue_after_commit("kernel.deliver_events")
    return delivered


def _undelivered() -> list[OutboxEvent]:
    with across_organisations(reason="deliver events of all organisations"):
        pending = OutboxEvent.objects.across_organisations(reason="deliver").filter(
            delivered_at=None, attempts__lt=MAX_ATTEMPTS
        )
        return list(pending.order_by("id")[:BATCH])


def _deliver(event: OutboxEvent) -> int:
    # Every consumer gets its chance, also after another one failed.
    results = [_consume(consumer, event) for consumer in registries.event_consumers]
    delivered = all(results)
    with across_organisations(reason="mark an event"), transaction.atomic():
        rows = OutboxEvent.objects.across_organisations(reason="mark").filter(pk=event.pk)
        rows.update(attempts=event.attempts + 1, delivered_at=timezone.now() if delivered else None)
    return int(delivered)


def _consume(consumer: registries.EventConsumer, event: OutboxEvent) -> bool:
    if event.kind not in consumer.kinds:
        return True
    try:
        return consumer.handle(event.organisation_id, event.kind, event.payload, event.pk)
    except Exception:  # one consumer's fault must not hold up the events behind it; it is tried again
        logger.exception("event_consumer_failed", consumer=consumer.name, kind=event.kind, event_id=event.pk)
        return False
