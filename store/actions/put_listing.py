"""Save a listing, whether or not it was there before."""

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.actions.create_listing import ListedAlready, create_listing
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.models import Listing
from store.queries import listing_of_assistant


def put_listing(*, actor: Actor, assistant_id: str, fields: ListingFields) -> Listing:
    """Create the assistant's listing, or change the one it has.

    Raises:
        Whatever `create_listing` and `update_listing` raise.
    """
    try:
        return create_listing(actor=actor, assistant_id=assistant_id, fields=fields)
    except ListedAlready as known:  # perhaps by the job that follows a publication, in this moment
        with tenant_scope(actor.organisation):
            _publication, listing = listing_of_assistant(actor, assistant_id)
        if listing is None:
            raise known
    return update_listing(actor=actor, listing_id=listing.public_id, fields=fields)
