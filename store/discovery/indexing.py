"""Writing a listing's words down for searching."""

import re
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from kernel.text import CJK, search_terms
from store.models import Listing

CONFIG = "english"
MOST_TOPICS = 4000
_CHARACTER = re.compile(f"[{CJK}]")


def index_listing(listing: Listing) -> None:
    """Write a listing's words down: its name counts most, then its tagline, its creator and starters, its description and topics.

    A trigger of the database takes them over into the entry of a public one.
    """
    category = f"{listing.category} {listing.shelf.label}"
    starters = " ".join(map(str, listing.publication.starters))
    parts = (
        (f"{listing.name} {single_characters(listing.name)}", "A"),
        (f"{listing.tagline} {category} {single_characters(listing.tagline)}", "B"),
        (f"{listing.creator_name} {starters}", "C"),
        (f"{listing.description} {listing.topics[:MOST_TOPICS]}", "D"),
    )
    vectors = [
        SearchVector(Value(search_terms(text)), weight=weight, config=CONFIG) for text, weight in parts
    ]
    words: Any = vectors[0]
    for vector in vectors[1:]:
        words = words + vector
    Listing.objects.for_organisation(listing.organisation_id).filter(pk=listing.pk).update(search=words)


def single_characters(text: str) -> str:
    """The Chinese, Japanese and Korean characters of a text one by one, so that a query of one character finds it too."""
    return " ".join(dict.fromkeys(_CHARACTER.findall(text)))
