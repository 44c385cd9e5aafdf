"""Bring a deleted collection back."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.actions.create_collection import fill
from store.library.queries import access_collection
from store.models import Collection


@entry_action
def restore_collection(*, actor: Actor, collection_id: str) -> Collection:
    """Undo the deletion of a collection, with everything in it and its links.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person deleted no such collection, or it is gone for good.
        InvalidInput: another one has its name by now.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True, deleted=True)
    collection.deleted_at = None
    fill(collection, collection.name, collection.about)
    return collection
