"""What moderation does when something happens elsewhere."""

from typing import Any

from kernel.registries import EventConsumer
from store.actions.answer_reporters import answer_reporters
from store.actions.recheck_listing import look_again_later, recheck_listing


def _changed(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    if kind == "listing.changed":
        recheck_listing(organisation_id=organisation_id, listing_id=payload["listing"])
    else:
        look_again_later(organisation_id=organisation_id, publication_id=payload["publication"])
    return True


def _decided(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    answer_reporters(organisation_id=organisation_id, case_id=payload["case"])
    return True


CHANGED = EventConsumer(
    "moderation looks at changes",
    frozenset({"assistant.published", "publication.changed", "listing.changed"}),
    _changed,
)
DECIDED = EventConsumer("moderation answers reporters", frozenset({"case.decided"}), _decided)
