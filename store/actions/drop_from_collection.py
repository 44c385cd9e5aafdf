"""Take a listing out of a collection."""

from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.library.queries import access_collection
from store.models import Collection


@entry_action
def drop_from_collection(*, actor: Actor, collection_id: str, listing_id: str) -> Collection:
    """Take a listing out, also one that is no longer to be seen.

    Args:
        listing_id: its `lst_…` id.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such collection, or it does not hold this listing.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True)
    removed, _by_model = collection.items.filter(listing_id=listing_id).delete()
    if not removed:
        raise NotFound
    return collection
