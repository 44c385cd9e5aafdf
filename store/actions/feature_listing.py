"""Put a public listing on the store's front page."""

from kernel.errors import NotFound
from kernel.tenancy import across_organisations
from store.models import Listing


def feature_listing(*, slug: str, featured: bool = True) -> None:
    """Feature a public listing, or no longer; for the operator.

    Raises:
        NotFound: the store has no such listing.
    """
    with across_organisations(reason="the operator chooses from the whole store", durable=True):
        rows = Listing.objects.across_organisations(reason="the operator chooses")
        if not rows.filter(publication__slug=slug, visibility="public").update(featured=featured):
            raise NotFound
