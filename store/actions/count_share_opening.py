"""Count how often a share link was opened."""

from django.db.models import F

from kernel.tenancy import tenant_scope
from store.models import ShareLink


def count_share_opening(*, organisation_id: int, link_id: str) -> None:
    """Count one opening of a link of an organisation; who opened it is not kept."""
    with tenant_scope(organisation_id, durable=True):
        rows = ShareLink.objects.for_organisation(organisation_id).filter(public_id=link_id)
        rows.update(opened=F("opened") + 1)
