"""What the pages of the store say to machines, and lines of the label."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from store import structured
from store.disclosing.connectors import ConnectorLine, connector_lines
from store.models import Listing

register = template.Library()


@register.simple_tag
def social_picture(listing: Listing) -> str:
    """The path of the picture that links to a listing are shown with; a new one with every version and name."""
    path = reverse("store:picture", args=[listing.publication.slug])
    return f"{path}?v={listing.version_number}-{int(listing.updated_at.timestamp())}"


@register.filter
def connectors(disclosure: Mapping[str, Any]) -> list[ConnectorLine]:
    """The ready-made connectors in a disclosure, as lines of the label."""
    return connector_lines(disclosure)


@register.simple_tag
def structured_listing(listing: Listing) -> SafeString:
    """A listing as JSON-LD."""
    return structured.of_listing(listing, picture=social_picture(listing))


@register.simple_tag
def structured_store() -> Any:
    """The store as JSON-LD."""
    return structured.of_store()
