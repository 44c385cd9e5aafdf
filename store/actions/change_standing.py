"""Carry out what was decided about a listing: its state and its publication's change together."""

from django.utils import timezone

from assistants.building.actions.change_standing import change_standing as change_publication
from assistants.building.models import Publication
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from store.models import Listing
from store.moderation.checks import run_checks
from store.moderation.clocks import next_audit
from store.moderation.gate import note_approved
from store.moderation.states import move
from store.moderation.subject import subject_of
from store.refresh import refresh_listing

State, Standing = Listing.State, Publication.State


def lock_publication(listing: Listing) -> Publication:
    """The listing's publication, held against other writers and set as the listing's."""
    rows = Publication.objects.for_organisation(listing.organisation_id).select_related("organisation")
    publication: Publication = rows.select_for_update(of=("self",)).get(pk=listing.publication_id)
    listing.publication = publication
    return publication


def make_live(*, actor: Actor, listing: Listing, visibility: str | None = None) -> dict[str, str]:
    """Open a listing and its publication.

    Args:
        visibility: who may use it; None for whoever its publication is for.

    Returns:
        The state before.
    """
    assert_in_action()
    publication = lock_publication(listing)
    change_publication(actor=actor, publication=publication, state=Standing.LIVE, visibility=visibility)
    listing.visibility = publication.visibility
    listing.live_at = listing.live_at or timezone.now()
    listing.audit_due_at = next_audit(listing)
    before = move(listing, State.LIVE, "visibility", "live_at", "audit_due_at")
    # What moderators saw and let pass is nothing new when it is looked at again.
    note_approved(listing, subject_of(listing).version, run_checks(listing))
    refresh_listing(listing, publication, tagline=not listing.tagline)
    publish_event(
        listing.organisation, "listing.live", {"listing": listing.public_id, "slug": publication.slug}
    )
    return before


def take_down(*, actor: Actor, listing: Listing) -> dict[str, str]:
    """Suspend a listing and its publication: nobody finds it or gets an answer, and running answers end.

    Returns:
        The state before.
    """
    assert_in_action()
    publication = lock_publication(listing)
    if publication.state != Standing.SUSPENDED:
        change_publication(actor=actor, publication=publication, state=Standing.SUSPENDED)
    return move(listing, State.SUSPENDED)
