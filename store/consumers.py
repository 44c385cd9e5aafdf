"""What the store does when something happens in another room."""

from typing import Any

from assistants.building.opening import KINDS
from kernel.registries import EventConsumer
from store.actions.count_thumb import count_thumb
from store.actions.count_use import count_conversation, count_pin
from store.actions.follow_publication import follow_publication, refresh_pins, take_back
from store.actions.tell_widening import tell_widening
from store.disclosing.widening import EVENT as WIDENED


def _follow(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    follow_publication(organisation_id=organisation_id, publication_id=payload["publication"])
    refresh_pins(publication_id=payload["publication"])
    return True


def _count(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if kind == "listing.pinned":
        count_pin(
            listing_id=payload["listing"],
            organisation_id=organisation_id,
            user_id=payload.get("user"),
            event_id=event_id,
            added=payload.get("pinned", True),
        )
    elif kind == "answer.rated":
        count_thumb(organisation_id=organisation_id, payload=payload, event_id=event_id)
    elif payload.get("publication"):
        count_conversation(publication_id=payload["publication"], conversation_id=payload["conversation"])
    return True


def _answered(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if payload["kind"] in KINDS and payload["state"] != "approved":
        refused = payload["state"] == "rejected"
        take_back(organisation_id=organisation_id, assistant_id=payload["subject"], refused=refused)
    return True


def _tell(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    tell_widening(widening_id=payload["widening"])
    return True


TELL = EventConsumer("store tells of widened disclosures", frozenset({WIDENED}), _tell)
ANSWERED = EventConsumer(
    "store follows approvals", frozenset({"approval.decided", "approval.ended"}), _answered
)
FOLLOW = EventConsumer(
    "store follows publications", frozenset({"assistant.published", "publication.changed"}), _follow
)
COUNT = EventConsumer(
    "store counts", frozenset({"conversation.started", "listing.pinned", "answer.rated"}), _count
)
