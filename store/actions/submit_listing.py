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
from store.models import Listing
from store.queries import access_listing
from store.refresh import refresh_listing


class TaglineMissing(Conflict):
    code = "tagline_missing"
    user_message = _("Write one sentence that says what it does before you list it. People choose by it.")


class ListingSuspended(Conflict):
    code = "listing_suspended"
    user_message = _("This listing was suspended by whoever runs this server. Ask them what to change.")


@entry_action
def submit_listing(*, actor: Actor, listing_id: str) -> Listing:
    """Make a listing live at once, and open its publication to those whom its visibility names.

    Submitting a live one again changes nothing but what it copies. Where the organisation's policy wants a second
    person's word, the listing waits for that as submitted.

    Raises:
        PermissionDenied: the actor may not publish.
        EmailNotVerified: it is for everybody, and the actor's address is not confirmed.
        PolicyForbids, LinksForbidden: the organisation's policy is against it.
        ApprovalPending: a second person was asked already.
        NotFound: the organisation has no such listing.
        TaglineMissing: it is for the public store, and says nothing about itself.
        ListingSuspended: the operator took it down.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    listing = access_listing(actor, listing_id, lock=True)
    if listing.state == Listing.State.SUSPENDED:
        raise ListingSuspended
    if listing.visibility == Listing.Visibility.PUBLIC and not (
        listing.tagline or listing.publication.tagline
    ):
        raise TaglineMissing
    assistant = listing.publication.assistant.public_id
    publication = open_publication(actor=actor, assistant_id=assistant, visibility=listing.visibility)
    before = {"state": listing.state}
    if publication.is_live and publication.visibility == listing.visibility:
        _go_live(actor, listing, publication)
    else:
        listing.state, listing.submitted_at = Listing.State.SUBMITTED, timezone.now()
        listing.save(update_fields=["state", "submitted_at", "updated_at"])
    after = {"state": listing.state}
    record_audit(
        actor, "listing.submitted", listing, before=before, after=after, visibility=listing.visibility
    )
    return listing


def _go_live(actor: Actor, listing: Listing, publication: Publication) -> None:
    now = timezone.now()
    listing.state, listing.submitted_at, listing.live_at = Listing.State.LIVE, now, listing.live_at or now
    listing.save(update_fields=["state", "submitted_at", "live_at", "updated_at"])
    refresh_listing(listing, publication, tagline=not listing.tagline)
    publish_event(
        actor.organisation, "listing.live", {"listing": listing.public_id, "slug": publication.slug}
    )
