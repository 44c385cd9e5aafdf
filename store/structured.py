"""What search engines read of a page: schema.org as JSON-LD."""

import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from billing.terms import offers_of
from kernel.money import MICRO
from store.cards import average
from store.models import Listing

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def of_store() -> SafeString:
    """The whole store, and how it is searched."""
    base = settings.PUBLIC_URL
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": "Bottega",
            "url": f"{base}/",
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{base}{reverse('store:search')}?search={{search_term_string}}",
                },
                "query-input": "required name=search_term_string",
            },
        }
    )


def of_listing(listing: Listing, *, picture: str) -> SafeString:
    """One assistant as an application; its rating only where the page shows one.

    Args:
        picture: the path of its social picture.
    """
    base = settings.PUBLIC_URL
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "name": listing.name,
        "description": listing.tagline or listing.description[:200],
        "url": f"{base}{reverse('store:listing', args=[listing.publication.slug])}",
        "image": f"{base}{picture}",
        "applicationCategory": str(listing.shelf.label),
        "operatingSystem": "Web",
        "softwareVersion": str(listing.version_number),
        "author": {"@type": "Organization", "name": listing.creator_name},
    }
    if listing.language:
        said["inLanguage"] = listing.language
    if listing.live_at:
        said["datePublished"] = listing.live_at.date().isoformat()
    if listing.version_at:
        said["dateModified"] = listing.version_at.date().isoformat()
    said["offers"] = _offers(listing)
    shown = average(listing.stars, listing.reviews_count)
    if shown is not None:
        said["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": shown,
            "ratingCount": listing.reviews_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return _script(said)


def _offers(listing: Listing) -> list[dict[str, Any]]:
    """What it costs; a price within a plan has no sum of its own."""
    sold = [one for one in offers_of(listing.publication.assistant_public_id) if one.amount]
    amounts = [f"{Decimal(one.amount) / MICRO:f}" for one in sold] or ([] if listing.in_pool else ["0"])
    return [{"@type": "Offer", "price": one, "priceCurrency": settings.CURRENCY} for one in amounts]


def _script(said: dict[str, Any]) -> SafeString:
    # Nothing in it can end the element that it stands in.
    return mark_safe(json.dumps(said, ensure_ascii=False).translate(_ESCAPES))
