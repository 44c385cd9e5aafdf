"""Take a pin off one's rail."""

from kernel.actions import entry_action
from kernel.errors import NotFound
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.queries import installs


@entry_action
def uninstall_listing(*, actor: Actor, reference: str) -> None:
    """Remove a pin of the person acting; also of a listing that has been withdrawn.

    Args:
        reference: the pin's `ins_…` id, the listing's `lst_…` id, or its slug.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such pin.
    """
    require(actor, Permission.USE_ASSISTANTS)
    column = {"ins_": "public_id", "lst_": "listing_id"}.get(reference[:4], "slug")
    pin = installs(actor).filter(**{column: reference}).first()
    if pin is None:
        raise NotFound
    listing_id = pin.listing_id
    pin.delete()
    publish_event(actor.organisation, "listing.pinned", {"listing": listing_id, "pinned": False})
