"""What happens elsewhere and lets syncs go on."""

from typing import Any

from assistants.actions.actions.note_disconnected import look_again
from kernel.registries import EventConsumer


def _connected(organisation_id: int, _kind: str, payload: dict[str, Any], _event_id: int) -> bool:
    look_again(
        organisation_id=organisation_id,
        profile_id=payload["profile"],
        user_id=payload["user"],
        connection_id=payload["connection"],
    )
    return True


CONNECTED = EventConsumer(
    "sources go on once their account is connected again", frozenset({"connection.made"}), _connected
)
