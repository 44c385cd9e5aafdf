"""Tell those who follow a creator what is new."""

from datetime import timedelta

from django.utils import timezone

from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from store.actions.go_on_telling import LISTED, begin_telling, tell
from store.creators.queries import own_page
from store.models import Listing, Telling

# What has been public for longer is no news, also to those who began to follow since.
NEWS = timedelta(days=7)


def tell_followers(*, organisation_id: int, listing_id: str, kind: str, widening_id: int = 0) -> int:
    """Announce in each organisation that has followers that a creator listed something, or that a listing reaches further.

    However often it is asked, each is told once; after a crash it goes on where it ended.

    Args:
        kind: `creator.listed`, which is announced once for a listing, or `creator.widened`.
        widening_id: of what widened it.

    Returns:
        in how many organisations it was announced now.
    """
    with tenant_scope(organisation_id, durable=True):
        telling = _begun(organisation_id, listing_id, kind, widening_id)
    return tell(telling.pk) if telling else 0


def _begun(organisation_id: int, listing_id: str, kind: str, widening_id: int) -> Telling | None:
    rows = Listing.objects.for_organisation(organisation_id).select_related("publication")
    listing: Listing | None = rows.filter(public_id=listing_id).first()
    page = own_page(Organisation(pk=organisation_id))
    if listing is None or not _is_news(listing, kind) or page is None or not page.is_public:
        return None
    payload = {
        "creator": page.public_id,
        "name": page.name,
        "listing": listing.name,
        "slug": listing.publication.slug,
    }
    return begin_telling(listing, kind, payload, widening_id=widening_id)


def _is_news(listing: Listing, kind: str) -> bool:
    if not listing.is_live or listing.publication.visibility != "public":
        return False
    if kind != LISTED:
        return True
    now = timezone.now()
    untold = Listing.objects.for_organisation(listing.organisation_id).filter(
        pk=listing.pk, followers_told_at=None
    )
    if untold.update(followers_told_at=now):
        return (listing.live_at or now) > now - NEWS
    return (
        Telling.objects.for_organisation(listing.organisation_id)
        .filter(listing=listing, kind=LISTED, done_at=None)
        .exists()
    )
