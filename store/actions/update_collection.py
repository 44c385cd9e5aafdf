"""Rename a collection, or say what it is about."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.actions.create_collection import fill
from store.library.queries import access_collection
from store.models import Collection


@entry_action
def update_collection(
    *, actor: Actor, collection_id: str, name: str | None = None, about: str | None = None
) -> Collection:
    """Change what is given; links to it go on working.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such collection.
        InvalidInput: no name, or one that another collection of theirs has.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True)
    fill(collection, collection.name if name is None else name, collection.about if about is None else about)
    return collection
