"""What chats do when something happens in another room."""

from typing import Any

from assistants.turns.actions.end_waiting import end_waiting
from assistants.turns.models import Turn
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.redis import sync_redis
from kernel.registries import EventConsumer
from kernel.tenancy import tenant_scope


def _stop_withdrawn(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if payload.get("state") != "live":
        sync_redis().publish(CONTROL_CHANNEL, f"stop-publication {payload['publication']}")
    return True


def _end_answers(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    with tenant_scope(organisation_id):
        rows = Turn.objects.for_organisation(organisation_id).filter(
            thread_id=payload["conversation"], finished_at=None
        )
        turns = list(rows)
    for turn in turns:
        if not end_waiting(turn=turn):
            sync_redis().publish(CONTROL_CHANNEL, f"stop {turn.public_id}")
    return True


STOP_WITHDRAWN = EventConsumer(
    "chats stop what was withdrawn", frozenset({"publication.changed"}), _stop_withdrawn
)
END_DELETED = EventConsumer(
    "chats end what is answered in deleted ones", frozenset({"conversation.deleted"}), _end_answers
)
