"""Which other assistants somebody may want who looks at one."""

import re

from kernel.text import search_terms
from organisations.actors import Actor
from store.models import Listing
from store.queries import listings_of, store_entries

CANDIDATES = 40  # the most used of the same category: no page weighs more
SAME_LANGUAGE = 0.3
_WORD = re.compile(r"\w{3,}|[^\x00-\x7f]{2}")


def related_listings(listing: Listing, *, actor: Actor, limit: int = 3) -> list[Listing]:
    """Others of the same category that the actor may use here, those first that say the same words and speak the same language."""
    rows = store_entries(actor).filter(category=listing.category).exclude(pk=listing.pk)
    found = listings_of(list(rows.order_by("-conversations", "-listing_id")[:CANDIDATES]))
    words = _words(listing)
    scores = {
        other.pk: _overlap(words, _words(other)) + SAME_LANGUAGE * (other.language == listing.language)
        for other in found
    }
    return sorted(found, key=lambda other: -scores[other.pk])[:limit]


def _words(listing: Listing) -> set[str]:
    return set(_WORD.findall(search_terms(f"{listing.name} {listing.tagline} {listing.topics}")))


def _overlap(one: set[str], other: set[str]) -> float:
    """Shared words over all words, from 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
