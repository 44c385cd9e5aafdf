"""Keep listings in step with what happens to their publications elsewhere."""

from assistants.building.models import Publication
from kernel.tenancy import tenant_scope
from store.models import Install, Listing
from store.refresh import refresh_listing


def follow_publication(*, organisation_id: int, publication_id: str) -> None:
    """Copy name, version and visibility of a publication into its listing, and take the listing down with it.

    Whoever withdraws an assistant in the builder withdraws its listing; opening it again brings the listing back.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).filter(publication__public_id=publication_id)
        listing = rows.select_related("publication").select_for_update(of=("self",)).first()
        if listing is None:
            return
        publication: Publication = listing.publication
        if publication.is_live and listing.state == Listing.State.UNPUBLISHED:
            listing.state = Listing.State.LIVE
        elif not publication.is_live and listing.is_live:
            listing.state = Listing.State.UNPUBLISHED
        if listing.is_live:
            listing.visibility = publication.visibility
        listing.save(update_fields=["state", "visibility", "updated_at"])
        refresh_listing(listing, publication)


def refresh_pins(*, listing_id: str, publication_id: str) -> None:
    """Give every pin of a listing its present name, picture and slug; the caller holds the scope across organisations."""
    publication = Publication.objects.across_organisations(reason="pins show it").get(public_id=publication_id)
    pins = Install.objects.across_organisations(reason="pins of all organisations").filter(listing_id=listing_id)
    pins.update(name=publication.name, slug=publication.slug, picture_seed=publication.picture_seed)
