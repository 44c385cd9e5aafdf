"""What chats do when something happens in another room."""

from typing import Any

from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.redis import sync_redis
from kernel.registries import EventConsumer


def _stop_withdrawn(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if payload.get("state") != "live":
        sync_redis().publish(CONTROL_CHANNEL, f"stop-publication {payload['publication']}")
    return True


STOP_WITHDRAWN = EventConsumer(
    "chats stop what was withdrawn", frozenset({"publication.changed"}), _stop_withdrawn
)
