"""Put a listing of the public store onto the organisation's list."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.directories.queries import allowed_listings, public_listing
from store.directories.reach import MOST_ALLOWED
from store.models import AllowedListing, Listing

NOTE_CHARACTERS = 300


class ListFull(Conflict):
    code = "list_full"
    user_message = _(
        "The list holds %(most)s assistants, which is as many as it can. Take some off, or open the whole store."
    )


@entry_action
def allow_listing(*, actor: Actor, listing: str, note: str = "") -> AllowedListing:
    """Let the organisation's people use a listing of the public store, where its policy lets them use only some.

    Allowing it again keeps what there is.

    Args:
        listing: its slug, or its `lst_…` id.
        note: why, for other administrators.

    Raises:
        PermissionDenied: the actor may not set the policy.
        NotFound: the public store holds no such listing.
        ListFull: the list is as long as it can be.
    """
    require(actor, Permission.MANAGE_POLICY)
    return put_on_list(actor, public_listing(listing), note)


def put_on_list(actor: Actor, listing: Listing, note: str) -> AllowedListing:
    """The same in the open transaction, whose actor's right was checked.

    Raises:
        ListFull: the list is as long as it can be.
    """
    assert_in_action()
    rows = allowed_listings(actor.organisation)
    present: AllowedListing | None = rows.filter(listing_id=listing.public_id).first()
    if present is not None:
        return present
    if rows.count() >= MOST_ALLOWED:
        raise ListFull(most=MOST_ALLOWED)
    made, created = AllowedListing.unscoped.get_or_create(
        organisation=actor.organisation,
        listing_id=listing.public_id,
        defaults={
            "publication_id": listing.publication.public_id,
            "note": " ".join(note.replace("\x00", "").split())[:NOTE_CHARACTERS],
        },
    )
    if created:
        record_audit(actor, "listing.allowed", listing, name=listing.name)
    return made
