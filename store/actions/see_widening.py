"""Remember that somebody has read what is new in a listing's disclosure."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import Listing, WideningSeen
from store.queries import visible_listing


@entry_action
def see_widening(*, actor: Actor, slug: str) -> Listing:
    """Take the note of what is new off a listing's page, for the person acting.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: there is no such listing for this person.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    listing = visible_listing(actor, slug)
    WideningSeen.unscoped.update_or_create(
        organisation=actor.organisation,
        user=person,
        listing_id=listing.public_id,
        defaults={"version_number": listing.version_number},
    )
    return listing
