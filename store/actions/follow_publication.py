"""Keep listings in step with what happens to their publications elsewhere."""

from django.utils import timezone

from assistants.building.models import Publication
from kernel.tenancy import across_organisations, tenant_scope
from store.models import Install, Listing, Pass
from store.refresh import creator_name, refresh_listing

# Opening the publication in the builder, where nothing holds it back, opens these.
WAITING = (Listing.State.SUBMITTED, Listing.State.CHANGES_REQUESTED, Listing.State.REJECTED)


def follow_publication(*, organisation_id: int, publication_id: str) -> None:
    """Copy name, version and visibility of a publication into its listing, and take the listing down with it.

    Whoever withdraws an assistant in the builder withdraws its listing; opening it again brings the listing back.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).filter(publication__public_id=publication_id)
        listing = rows.select_for_update(of=("self",)).first() or _begin(organisation_id, publication_id)
        if listing is None:
            return
        # Read after the lock is held: a joined row would be as old as the wait for it.
        publication = Publication.objects.for_organisation(organisation_id).get(pk=listing.publication_id)
        approved = publication.reaches_others and publication.visibility == listing.visibility
        if publication.is_live and listing.state == Listing.State.UNPUBLISHED:
            listing.state = Listing.State.LIVE
        elif listing.state in WAITING and approved:
            listing.state, listing.live_at = Listing.State.LIVE, listing.live_at or timezone.now()
        elif not publication.is_live and listing.is_live:
            listing.state = Listing.State.UNPUBLISHED
        if listing.is_live:
            listing.visibility = publication.visibility
        listing.save(update_fields=["state", "visibility", "live_at", "updated_at"])
        refresh_listing(listing, publication)


def take_back(*, organisation_id: int, assistant_id: str, refused: bool) -> None:
    """Take a listing that waited for a second person's word back to where its creator can change it."""
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).filter(
            publication__assistant_public_id=assistant_id, state=Listing.State.SUBMITTED
        )
        rows.update(state=Listing.State.CHANGES_REQUESTED if refused else Listing.State.DRAFT)


def _begin(organisation_id: int, publication_id: str) -> Listing | None:
    """A listing for what was opened to others elsewhere, so that it has a page and is found."""
    rows = Publication.objects.for_organisation(organisation_id).select_related(
        "organisation", "live_version__author"
    )
    publication = rows.filter(public_id=publication_id).first()
    if publication is None or not publication.reaches_others:
        return None
    now = timezone.now()
    made: Listing = Listing.objects.create(
        organisation_id=organisation_id,
        publication=publication,
        visibility=publication.visibility,
        state=Listing.State.LIVE,
        name=publication.name,
        tagline=publication.tagline,
        creator_name=creator_name(publication.organisation, publication.live_version.author),
        submitted_at=now,
        live_at=now,
    )
    return made


def refresh_pins(*, publication_id: str) -> None:
    """Give every pin of a publication its present name, picture and slug."""
    with across_organisations(reason="pins belong to their people's organisations", durable=True):
        rows = Publication.objects.across_organisations(reason="pins show it")
        publication = rows.filter(public_id=publication_id).first()
        if publication is None:
            return
        pins = Install.objects.across_organisations(reason="everybody's pins").filter(
            publication_id=publication_id
        )
        pins.update(name=publication.name, slug=publication.slug, picture_seed=publication.picture_seed)
        passes = Pass.objects.across_organisations(reason="everybody's passes")
        passes.filter(publication_id=publication_id).update(slug=publication.slug)
