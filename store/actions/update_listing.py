"""Change what a listing says."""

from assistants.building.actions.set_publication import open_publication
from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.fields import ListingFields, checked
from store.models import Listing
from store.queries import access_listing
from store.search import index_listing


@entry_action
def update_listing(*, actor: Actor, listing_id: str, fields: ListingFields) -> Listing:
    """Save the given fields. A live listing shows them at once, and a new visibility holds at once.

    Raises:
        PermissionDenied: the actor may not publish.
        EmailNotVerified: it becomes public, and the actor's address is not confirmed.
        NotFound: the organisation has no such listing.
        InvalidInput: a field is wrong; it names each.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    values = checked(fields)
    before = {name: getattr(listing, name) for name in values}
    for name, value in values.items():
        setattr(listing, name, value)
    if listing.is_live and "visibility" in values:
        open_publication(
            actor=actor, assistant_id=listing.publication.assistant.public_id, visibility=listing.visibility
        )
    listing.save(update_fields=[*values, "updated_at"])
    index_listing(listing)
    record_audit(actor, "listing.changed", listing, before=before, after=values)
    publish_event(actor.organisation, "listing.changed", {"listing": listing.public_id})
    return listing
