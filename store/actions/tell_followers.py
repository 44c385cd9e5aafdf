"""Tell those who follow a creator what is new."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation
from store.creators.queries import own_page
from store.models import Follow, Listing

# What has been public for longer is no news, also to those who began to follow since.
NEWS = timedelta(days=7)
BATCH = 500


def tell_followers(*, organisation_id: int, listing_id: str, kind: str) -> int:
    """Announce in each organisation that has followers that a creator listed something, or that a listing reaches further.

    Args:
        kind: `creator.listed`, which is announced once for a listing, or `creator.widened`.

    Returns:
        in how many organisations it was announced.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).select_related("publication")
        listing: Listing | None = rows.filter(public_id=listing_id).first()
        page = own_page(Organisation(pk=organisation_id))
        if listing is None or not _is_news(listing, kind) or page is None or not page.is_public:
            return 0
        payload = {
            "creator": page.public_id,
            "name": page.name,
            "listing": listing.name,
            "slug": listing.publication.slug,
        }
    return _announce(page.public_id, kind, payload)


def _is_news(listing: Listing, kind: str) -> bool:
    if not listing.is_live or listing.publication.visibility != "public":
        return False
    if kind != "creator.listed":
        return True
    now = timezone.now()
    untold = Listing.objects.for_organisation(listing.organisation_id).filter(
        pk=listing.pk, followers_told_at=None
    )
    return bool(untold.update(followers_told_at=now)) and (listing.live_at or now) > now - NEWS


def _announce(creator_id: str, kind: str, payload: dict[str, Any]) -> int:
    told, last, reason = 0, 0, "followers belong to their own organisations"
    while True:
        with across_organisations(reason=reason):
            rows = Follow.objects.across_organisations(reason=reason).filter(
                creator_id=creator_id, organisation_id__gt=last
            )
            keys = list(
                rows.order_by("organisation_id").values_list("organisation_id", flat=True).distinct()[:BATCH]
            )
        for key in keys:
            with tenant_scope(key, durable=True):
                publish_event(Organisation(pk=key), kind, payload)
        told += len(keys)
        if len(keys) < BATCH:
            return told
        last = keys[-1]
