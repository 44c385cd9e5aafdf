"""Take a listing out of the store."""

from assistants.building.actions.unpublish import end_publication
from assistants.building.queries import publication_of
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.actions.open_case import withdraw_cases
from store.models import Case, Listing
from store.moderation.states import HELD_BY_MODERATORS, move
from store.queries import access_listing


@entry_action
def unpublish_listing(*, actor: Actor, listing_id: str) -> Listing:
    """Withdraw a listing and its publication: from now on nobody finds it or gets an answer, in running chats too.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: the organisation has no such listing.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    before = {"state": listing.state}
    publication = publication_of(listing.publication.assistant, lock=True)
    if publication is not None:
        end_publication(actor=actor, publication=publication)
    if listing.state not in HELD_BY_MODERATORS:
        move(listing, Listing.State.UNPUBLISHED)
        withdraw_cases(listing=listing, kinds=[Case.Kind.SUBMISSION, Case.Kind.CHANGE])
    record_audit(actor, "listing.unpublished", listing, before=before, after={"state": listing.state})
    return listing
