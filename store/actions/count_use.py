"""Count how often listings are used and pinned. Who does so stays in their own organisation."""

from django.db.models import F

from kernel.redis import sync_redis
from kernel.tenancy import across_organisations
from store.models import Install, Listing

REMEMBERED_FOR = 7 * 24 * 3600


def count_conversation(*, publication_id: str, conversation_id: str) -> None:
    """Count a conversation once, however often its event is delivered."""
    if not sync_redis().set(f"store:counted:{conversation_id}", 1, nx=True, ex=REMEMBERED_FOR):
        return
    with across_organisations(reason="a conversation belongs to its user's organisation", durable=True):
        rows = Listing.objects.across_organisations(reason="its listing to the creator's")
        rows.filter(publication__public_id=publication_id).update(conversations=F("conversations") + 1)


def count_pins(*, listing_id: str) -> None:
    """Count the pins of a listing anew."""
    with across_organisations(reason="pins belong to their people's organisations", durable=True):
        pins = Install.objects.across_organisations(reason="count them").filter(listing_id=listing_id).count()
        rows = Listing.objects.across_organisations(reason="their listing is the creator's")
        rows.filter(public_id=listing_id).update(installs=pins)
