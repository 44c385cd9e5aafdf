"""Put a listing into a collection."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.library.queries import access_collection
from store.models import Collection, CollectionItem
from store.queries import listing_by_reference

MOST = 200


class CollectionFull(Conflict):
    code = "collection_full"
    user_message = _("This collection holds 200 assistants, the most that it can. Begin another one.")


@entry_action
def collect_listing(*, actor: Actor, collection_id: str, listing: str) -> Collection:
    """Put a listing that the person may see at the end of a collection; again changes nothing.

    Args:
        listing: its slug, or its `lst_…` id.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such collection, or there is no such listing for them.
        CollectionFull: it holds enough.
        PublicStoreHidden, ListingNotAllowed: the organisation does not let its people use it.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True)
    found = listing_by_reference(actor, listing)
    items = collection.items.all()
    if items.filter(listing_id=found.public_id).exists():
        return collection
    if items.count() >= MOST:
        raise CollectionFull
    last = items.aggregate(last=Max("order"))["last"] or 0
    CollectionItem.objects.create(
        organisation=actor.organisation, collection=collection, listing_id=found.public_id, order=last + 1
    )
    return collection
