"""Whose use is the creator's own, and says nothing about others."""

from organisations.models import Membership
from store.models import Listing


def is_own(listing: Listing, *, organisation_id: int, user_id: int | None) -> bool:
    """Whether somebody acts in the listing's organisation, or belongs to it; inside the scope across organisations."""
    if organisation_id == listing.organisation_id:
        return True
    members = Membership.objects.for_organisation(listing.organisation_id)
    return bool(members.filter(user_id=user_id).exists())
