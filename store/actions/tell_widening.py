"""Tell everybody who pinned or used a listing that it now does more with their data."""

from django.utils import timezone

from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.models import Organisation
from store.disclosing.widening import TOLD
from store.models import Install, Listing, Use, Widening

WHY = "those who pinned or used it are in organisations of their own"


def tell_widening(*, widening_id: int) -> None:
    """Announce a widening in every organisation whose people pinned or used the listing; once, however often it is asked."""
    with across_organisations(reason=WHY, durable=True):
        rows = Widening.objects.across_organisations(reason=WHY).filter(pk=widening_id, told_at=None)
        widening = rows.select_for_update().first()
        if widening is None:
            return
        listing: Listing = (
            Listing.objects.across_organisations(reason=WHY)
            .select_related("publication")
            .get(pk=widening.listing_id)
        )
        for organisation in Organisation.objects.filter(pk__in=_concerned(listing)):
            payload = {
                "listing": listing.public_id,
                "publication": listing.publication.public_id,
                "slug": listing.publication.slug,
                "name": listing.name,
                "version": widening.version_number,
                "changes": widening.changes,
            }
            publish_event(organisation, TOLD, payload)
        widening.told_at = timezone.now()
        widening.save(update_fields=["told_at"])


def _concerned(listing: Listing) -> set[int]:
    pins = Install.objects.across_organisations(reason=WHY).filter(listing_id=listing.public_id)
    uses = Use.objects.across_organisations(reason=WHY).filter(publication_id=listing.publication.public_id)
    return {
        *pins.values_list("organisation_id", flat=True).distinct(),
        *uses.values_list("organisation_id", flat=True).distinct(),
    }
