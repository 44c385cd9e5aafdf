"""Keep reviews in step with the listing that they are about."""

from typing import Any

from kernel.tenancy import tenant_scope
from store.models import Listing, Review

# Whose reviews strangers read: where they see the listing.
OPEN = ("public", "link")


def follow_listing_reviews(*, organisation_id: int, payload: dict[str, Any]) -> str:
    """Let the reviews of a listing be seen by those who see it.

    Args:
        payload: of an event that names the listing, or its publication.

    Returns:
        the listing's public id where it is live in the public store, else an empty text.
    """
    named = {"public_id": payload["listing"]} if "listing" in payload else None
    named = named or {"publication__public_id": payload.get("publication", "")}
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).select_related("publication")
        listing: Listing | None = rows.filter(**named).first()
        if listing is None:
            return ""
        seen = listing.publication.visibility in OPEN
        reviews = Review.objects.for_organisation(organisation_id).filter(listing=listing)
        reviews.exclude(is_public=seen).update(is_public=seen)
        public = listing.is_live and listing.publication.visibility == "public"
        return listing.public_id if public else ""
