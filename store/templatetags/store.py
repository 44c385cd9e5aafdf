"""What the pages of the store say to machines."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from store import structured
from store.models import Listing

register = template.Library()


@register.simple_tag
def social_picture(listing: Listing) -> str:
    """The path of the picture that links to a listing are shown with; a new one with every version and name."""
    path = reverse("store:picture", args=[listing.publication.slug])
    return f"{path}?v={listing.version_number}-{int(listing.updated_at.timestamp())}"


@register.simple_tag
def structured_listing(listing: Listing) -> SafeString:
    """A listing as JSON-LD."""
    return structured.of_listing(listing, picture=social_picture(listing))


@register.simple_tag
def structured_store() -> Any:
    """The store as JSON-LD."""
    return structured.of_store()
