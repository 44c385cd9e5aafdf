"""Bring what a collection holds into an order."""

from collections.abc import Sequence

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.library.queries import access_collection
from store.models import Collection, CollectionItem
from store.ordering import put_in_order


@entry_action
def order_collection(*, actor: Actor, collection_id: str, order: Sequence[str]) -> Collection:
    """Show the listings of a collection in the order of these `lst_…` ids; those that are not named follow.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such collection.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True)
    rows = CollectionItem.objects.for_organisation(actor.organisation).filter(collection=collection)
    put_in_order(rows, order, key=lambda item: (item.listing_id,))
    return collection
