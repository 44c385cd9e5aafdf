"""Delete a collection; for a day it may be brought back."""

from datetime import timedelta

from django.utils import timezone

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.library.queries import access_collection
from store.models import Collection

KEPT = timedelta(days=1)


@entry_action
def delete_collection(*, actor: Actor, collection_id: str) -> Collection:
    """Take a collection away, and its links with it. What was deleted more than a day ago goes for good.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such collection.
    """
    require(actor, Permission.USE_ASSISTANTS)
    collection = access_collection(actor, collection_id, lock=True)
    now = timezone.now()
    rows = Collection.objects.for_organisation(actor.organisation).filter(user=actor.user)
    rows.filter(deleted_at__lt=now - KEPT).delete()
    collection.deleted_at = now
    collection.save(update_fields=["deleted_at"])
    return collection
