"""What the store does when something happens in another room."""

from typing import Any

from kernel.registries import EventConsumer
from store.actions.count_use import count_conversation, count_pins
from store.actions.follow_publication import follow_publication, refresh_pins


def _follow(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    follow_publication(organisation_id=organisation_id, publication_id=payload["publication"])
    refresh_pins(publication_id=payload["publication"])
    return True


def _count(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if kind == "listing.pinned":
        count_pins(listing_id=payload["listing"])
    elif payload.get("publication"):
        count_conversation(publication_id=payload["publication"], conversation_id=payload["conversation"])
    return True


FOLLOW = EventConsumer(
    "store follows publications", frozenset({"assistant.published", "publication.changed"}), _follow
)
COUNT = EventConsumer("store counts", frozenset({"conversation.started", "listing.pinned"}), _count)
