"""Take a listing of the public store off the organisation's list."""

from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.directories.queries import allowed_listings


@entry_action
def disallow_listing(*, actor: Actor, listing_id: str) -> None:
    """Keep the organisation's people from a listing again; their chats with it get no more answers.

    Args:
        listing_id: the listing's `lst_…` id, also of one that has left the store.

    Raises:
        PermissionDenied: the actor may not set the policy.
        NotFound: it is not on the list.
    """
    require(actor, Permission.MANAGE_POLICY)
    row = allowed_listings(actor.organisation).filter(listing_id=listing_id).first()
    if row is None:
        raise NotFound
    record_audit(actor, "listing.disallowed", row, listing=listing_id)
    row.delete()
