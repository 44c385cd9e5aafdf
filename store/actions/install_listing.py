"""Pin a listing to one's rail."""

from django.db.models import Max

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import Install
from store.queries import installs, listing_by_reference


@entry_action
def install_listing(*, actor: Actor, reference: str) -> Install:
    """Pin a listing for the person acting; pinning twice keeps the one pin.

    Args:
        reference: a listing's slug, or its `lst_…` id.

    Raises:
        NotAuthenticated: nobody is signed in.
        PersonNeeded: a service account asks; pins are people's.
        NotFound: there is no such listing for this person.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    listing = listing_by_reference(actor, reference)
    last = installs(actor).aggregate(last=Max("order"))["last"] or 0
    made, created = Install.unscoped.get_or_create(
        organisation=actor.organisation,
        user=person,
        listing_id=listing.public_id,
        defaults={
            "publication_id": listing.publication.public_id,
            "slug": listing.publication.slug,
            "name": listing.name,
            "picture_seed": listing.publication.picture_seed,
            "order": last + 1,
        },
    )
    if created:
        publish_event(
            actor.organisation,
            "listing.pinned",
            {"listing": listing.public_id, "pinned": True, "user": person.pk},
        )
    return made
