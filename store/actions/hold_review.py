"""Keep a review back until a moderator has looked at it."""

from collections.abc import Sequence

from kernel.actions import assert_in_action
from store.actions.open_case import OPEN, open_case
from store.models import Case, Listing, Review

# What makes a review one of many: these are looked at together.
TOGETHER = frozenset({"burst", "similar"})


def hold_review(review: Review, listing: Listing, signs: Sequence[str]) -> Case:
    """Open a case about a review that is looked at first, or bring the open one up to date; composed by others.

    What comes in a burst is one matter: the first review of it opens the case, and later ones join it.

    Args:
        signs: burst, similar, changed or reported.
    """
    assert_in_action()
    if TOGETHER & set(signs) or (review.burst and review.burst.state in OPEN):
        return _join(review, listing, signs)
    return open_case(
        listing=listing,
        kind=Case.Kind.REVIEW,
        review=review,
        signs=list(signs),
        stars=review.stars,
        text=review.text,
    )


def _join(review: Review, listing: Listing, signs: Sequence[str]) -> Case:
    rows = Case.objects.for_organisation(listing.organisation_id)
    known = rows.filter(listing=listing, kind=Case.Kind.REVIEW, review=None, state__in=OPEN).last()
    seen = known.evidence.get("signs", []) if known else []
    case = open_case(
        listing=listing, kind=Case.Kind.REVIEW, signs=list(dict.fromkeys([*seen, *signs])), together=True
    )
    if review.burst_id != case.pk:
        review.burst = case
        review.save(update_fields=["burst"])
    return case
