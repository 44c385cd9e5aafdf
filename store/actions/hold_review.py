"""Keep a review back until a moderator has looked at it."""

from collections.abc import Sequence

from kernel.actions import assert_in_action
from store.models import Case, Listing, Review


def hold_review(review: Review, listing: Listing, signs: Sequence[str]) -> Case:
    """Open a case about a review that looks like part of a brigade, or the one that is open already; composed by others.

    Args:
        signs: burst, similar or changed.
    """
    assert_in_action()
    rows = Case.objects.for_organisation(listing.organisation_id).filter(
        review=review, kind=Case.Kind.REVIEW, state__in=(Case.State.OPEN, Case.State.SECOND)
    )
    found: Case | None = rows.first()
    if found is not None:
        return found
    made: Case = Case.objects.create(
        organisation_id=listing.organisation_id,
        listing=listing,
        review=review,
        kind=Case.Kind.REVIEW,
        evidence={"signs": list(signs), "stars": review.stars, "text": review.text},
    )
    return made
