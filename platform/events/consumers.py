"""Domain events become notifications."""

from typing import Any

from events.actions.notify import notify
from kernel import registries
from kernel.registries import EventConsumer


class _AnnouncedKinds:
    """The events that some kind of notification waits for; rooms above may register theirs after this one."""

    def __contains__(self, kind: object) -> bool:
        return any(known.event == kind for known in registries.notification_kinds)


def _notify(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    notify(organisation_id=organisation_id, event=kind, payload=payload, event_id=event_id)
    return True


NOTIFY = EventConsumer("people are notified", _AnnouncedKinds(), _notify)
