"""Pin a listing for a group, or for everybody."""

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.queries import access_group
from store.directories.queries import requirements
from store.models import Requirement
from store.queries import listing_by_reference


@entry_action
def require_listing(*, actor: Actor, listing: str, group: str = "") -> Requirement:
    """Make a listing stand pinned for people, who cannot take it off; they are told once. Again changes nothing.

    Args:
        listing: its slug, or its `lst_…` id.
        group: the id of a group; empty means everybody but guests.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: there is no such listing for the actor, or no such group.
        PublicStoreHidden, ListingNotAllowed: the organisation does not let its people use it.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    found = listing_by_reference(actor, listing)
    people = access_group(actor.organisation, group) if group else None
    before = list(requirements(actor.organisation).filter(listing_id=found.public_id))
    for row in before:
        if row.group == people:
            return row
    made: Requirement = Requirement.objects.create(
        organisation=actor.organisation,
        listing_id=found.public_id,
        publication_id=found.publication.public_id,
        group=people,
    )
    record_audit(actor, "listing.required", found, group=people.name if people else "")
    publish_event(
        actor.organisation,
        "listing.required",
        {
            "requirement": made.public_id,
            "listing": found.public_id,
            "name": found.name,
            "slug": found.publication.slug,
            # Whoever had to have it already is not told again.
            "told": [row.public_id for row in before],
        },
    )
    return made
