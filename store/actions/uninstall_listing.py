"""Take a pin off one's rail."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, NotFound
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.library.queries import required_listings
from store.queries import installs


class ListingRequired(Conflict):
    code = "listing_required"
    user_message = _(
        "%(name)s is pinned for you by %(organisation)s, so it cannot be taken off. Ask an administrator if you do not need"
        " it."
    )


@entry_action
def uninstall_listing(*, actor: Actor, reference: str) -> None:
    """Remove a pin of the person acting; also of a listing that has been withdrawn.

    Args:
        reference: the pin's `ins_…` id, the listing's `lst_…` id, or its slug.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: the person has no such pin.
        ListingRequired: the organisation pinned it for them.
    """
    require(actor, Permission.USE_ASSISTANTS)
    column = {"ins_": "public_id", "lst_": "listing_id"}.get(reference[:4], "slug")
    pin = installs(actor).filter(**{column: reference}).first()
    names = {reference, *([pin.listing_id, pin.slug] if pin else [])}
    for listing in required_listings(actor):
        if names & {listing.public_id, listing.publication.slug}:
            raise ListingRequired(name=listing.name, organisation=actor.organisation.name)
    if pin is None:
        raise NotFound
    listing_id = pin.listing_id
    pin.delete()
    publish_event(
        actor.organisation, "listing.pinned", {"listing": listing_id, "pinned": False, "user": actor.user_id}
    )
