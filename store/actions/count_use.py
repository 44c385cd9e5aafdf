"""Count how often listings are used and pinned. Who does so stays in their own organisation."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import F

from assistants.chat.models import Conversation
from kernel.tenancy import across_organisations
from store.counting.days import add_to_days
from store.counting.notes import note
from store.counting.own import is_own
from store.models import Install, Listing

REASON = "who uses a listing is of another organisation than its creator"


def count_conversation(*, publication_id: str, conversation_id: str) -> None:
    """Count a conversation once, however often its event is delivered.

    Those of the creator's own people count for the listing, and not for its days: these say what others do.
    """
    with across_organisations(reason=REASON, durable=True):
        if not note(conversation_id):
            return
        rows = Listing.objects.across_organisations(reason=REASON).filter(
            publication__public_id=publication_id
        )
        rows.update(conversations=F("conversations") + 1)
        listing, begun = rows.first(), _begun(conversation_id)
        if listing and begun and not is_own(listing, organisation_id=begun[0], user_id=begun[1]):
            version = begun[3] or listing.version_number
            _count_on_day(listing, begun[2], version, conversations=1)


def count_pin(
    *, listing_id: str, organisation_id: int, user_id: int | None, event_id: int, added: bool
) -> None:
    """Count the pins of a listing anew, and a new or removed one of others on its day, once an event."""
    with across_organisations(reason=REASON, durable=True):
        # Held first: whoever counts after us has seen what we have.
        rows = Listing.objects.across_organisations(reason=REASON).filter(public_id=listing_id)
        listing: Listing | None = rows.select_for_update(of=("self",), no_key=True).first()
        if listing is None:
            return
        pins = Install.objects.across_organisations(reason=REASON).filter(listing_id=listing_id).count()
        rows.update(installs=pins)
        own = is_own(listing, organisation_id=organisation_id, user_id=user_id)
        if not own and note(f"pin:{event_id}"):
            counted = {"installs": 1} if added else {"uninstalls": 1}
            _count_on_day(listing, datetime.now(UTC), listing.version_number, **counted)


def _begun(conversation_id: str) -> tuple[int, int, datetime, int | None] | None:
    rows = Conversation.objects.across_organisations(reason=REASON).filter(public_id=conversation_id)
    found: tuple[int, int, datetime, int | None] | None = rows.values_list(
        "organisation_id", "user_id", "created_at", "version_number"
    ).first()
    return found


def _count_on_day(listing: Listing, at: datetime, version: int, **counts: int) -> None:
    with connection.cursor() as cursor:
        add_to_days(cursor, {(listing.pk, at.astimezone(UTC).date(), version): counts})
