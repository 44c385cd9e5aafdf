"""Put a listing into the store, or wherever its creator wants it."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.actions.set_publication import open_publication
from assistants.building.models import Publication
from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.plan_gates import require_in_plan
from store.disclosing.statements import check_listing
from store.models import Listing
from store.moderation.gate import AppealPending
from store.moderation.states import move
from store.queries import access_listing
from store.refresh import refresh_listing


class TaglineMissing(Conflict):
    code = "tagline_missing"
    user_message = _("Write one sentence that says what it does before you list it. People choose by it.")


class ListingSuspended(Conflict):
    code = "listing_suspended"
    user_message = _(
        "This listing was suspended by moderators. Their reasons stand under Publish, where you can appeal."
    )


@entry_action
def submit_listing(*, actor: Actor, listing_id: str) -> Listing:
    """Open a listing, and its publication, to those whom its visibility names.

    For everybody it is live at once only where the checks find nothing serious and the operator has no people look
    first; else it waits for moderators as submitted. Submitting a live one again changes nothing but what it copies.
    Where the organisation's policy wants a second person's word, the listing waits for that as submitted.

    Raises:
        PermissionDenied: the actor may not publish.
        NotInPlan: it is for the organisation's directory, which its plan does not include.
        EmailNotVerified: it is for everybody, and the actor's address is not confirmed.
        PolicyForbids, LinksForbidden: the organisation's policy is against it.
        ApprovalPending: a second person was asked already.
        NotFound: the organisation has no such listing.
        TaglineMissing: it is for the public store, and says nothing about itself.
        ListingSuspended: moderators took it down.
        ListingRejected: moderators rejected exactly this version.
        AppealPending: the creator appealed, and nobody has decided yet.
        WordsContradictFacts: what it says about data is not so.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    if listing.state == Listing.State.SUSPENDED:
        raise ListingSuspended
    if listing.state == Listing.State.APPEALED:
        raise AppealPending
    if listing.visibility == Listing.Visibility.PUBLIC and not (
        listing.tagline or listing.publication.tagline
    ):
        raise TaglineMissing
    if listing.visibility == Listing.Visibility.ORGANISATION:
        require_in_plan(actor.organisation, "private_directory")
    check_listing(listing)
    assistant = listing.publication.assistant.public_id
    publication = open_publication(actor=actor, assistant_id=assistant, visibility=listing.visibility)
    before = {"state": listing.state}
    # What moderators look at first has noted there what it found.
    listing.refresh_from_db(fields=["state", "approved", "fingerprint", "audit_due_at"])
    if publication.is_live and publication.visibility == listing.visibility:
        _go_live(actor, listing, publication)
    elif listing.state != Listing.State.SUBMITTED:
        listing.submitted_at = timezone.now()
        move(listing, Listing.State.SUBMITTED, "submitted_at")
    after = {"state": listing.state}
    record_audit(
        actor, "listing.submitted", listing, before=before, after=after, visibility=listing.visibility
    )
    return listing


def _go_live(actor: Actor, listing: Listing, publication: Publication) -> None:
    now = timezone.now()
    listing.submitted_at, listing.live_at = now, listing.live_at or now
    move(listing, Listing.State.LIVE, "submitted_at", "live_at")
    refresh_listing(listing, publication, tagline=not listing.tagline)
    publish_event(
        actor.organisation, "listing.live", {"listing": listing.public_id, "slug": publication.slug}
    )
