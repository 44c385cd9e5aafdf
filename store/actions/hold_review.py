"""Keep a review back until a moderator has looked at it."""

from collections.abc import Sequence

from kernel.actions import assert_in_action
from store.actions.open_case import open_case
from store.models import Case, Listing, Review


def hold_review(review: Review, listing: Listing, signs: Sequence[str]) -> Case:
    """Open a case about a review that is looked at first, or bring the open one up to date; composed by others.

    Args:
        signs: burst, similar, changed or reported.
    """
    assert_in_action()
    return open_case(
        listing=listing,
        kind=Case.Kind.REVIEW,
        review=review,
        signs=list(signs),
        stars=review.stars,
        text=review.text,
    )
