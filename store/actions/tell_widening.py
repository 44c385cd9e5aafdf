"""Tell everybody who pinned or used a listing that it now does more with their data."""

from django.utils import timezone

from kernel.tenancy import across_organisations, tenant_scope
from store.actions.go_on_telling import begin_telling, tell
from store.disclosing.widening import TOLD
from store.models import Telling, Widening

WHY = "an event names a widening of any organisation"


def tell_widening(*, widening_id: int) -> None:
    """Announce a widening in every organisation whose people pinned or used the listing; once, however often it is asked."""
    with across_organisations(reason=WHY):
        rows = Widening.objects.across_organisations(reason=WHY).filter(pk=widening_id)
        key = rows.values_list("organisation_id", flat=True).first()
    if key is not None:
        with tenant_scope(key, durable=True):
            telling = _begun(key, widening_id)
        tell(telling.pk)


def _begun(organisation_id: int, widening_id: int) -> Telling:
    rows = Widening.objects.for_organisation(organisation_id)
    widening: Widening = rows.select_related("listing__publication").get(pk=widening_id)
    listing = widening.listing
    payload = {
        "listing": listing.public_id,
        "publication": listing.publication.public_id,
        "slug": listing.publication.slug,
        "name": listing.name,
        "version": widening.version_number,
        "changes": widening.changes,
    }
    rows.filter(pk=widening_id, told_at=None).update(told_at=timezone.now())
    return begin_telling(listing, TOLD, payload, widening_id=widening_id)
