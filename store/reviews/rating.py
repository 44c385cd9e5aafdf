"""What a listing's stars are worth beside how many there are.

The rating is a Bayesian average: everybody begins with the same few imagined reviews at the store's mean, and real ones
outweigh them as they come.

    rating = (STRENGTH · mean + Σ weightᵢ · starsᵢ) / (STRENGTH + Σ weightᵢ)

It is the posterior mean of a Dirichlet prior over the five stars (P. Masurel, "Of Bayesian average and star ratings", 2013),
known from IMDb's Top 250 as WR = (v·R + m·C) / (v + m), where m is our STRENGTH and C our mean. Sums are kept as whole
hundredths, so that adding and taking away in any order gives exactly what recomputing gives.
"""

from dataclasses import dataclass

from django.db.models import F, FloatField, Value
from django.db.models.functions import Cast

from kernel.actions import assert_in_action
from store.models import Listing, RatingPrior, Review

# How many reviews of full weight the prior counts as: a first five-star review moves a new listing a sixth of the way.
STRENGTH = 5.0
# While the store has too few reviews to have a mean of its own, and what its mean is pulled towards.
MEAN_AT_FIRST = 3.8
KEPT = ["stars", "reviews_count", "rating", "star_counts", "rating_sum", "rating_weight"]


def bayesian(stars: float, count: float, *, mean: float = MEAN_AT_FIRST) -> float:
    """The Bayesian average of weighted reviews; 0 where there are none.

    Args:
        stars: the sum of stars, each times its weight.
        count: the sum of the weights.
        mean: the store's mean.
    """
    if count <= 0:
        return 0.0
    return (STRENGTH * mean + stars) / (STRENGTH + count)


def prior_mean() -> float:
    """The store's mean as it was worked out last."""
    known = RatingPrior.objects.order_by("pk").values_list("mean", flat=True).first()
    return MEAN_AT_FIRST if known is None else float(known)


@dataclass(frozen=True, slots=True)
class Share:
    """What one review adds to its listing: nothing while it is not shown. The weight is in hundredths."""

    stars: int = 0
    weight: int = 0


NOTHING = Share()


def share_of(review: Review) -> Share:
    """What a review adds as it stands."""
    if review.state != Review.State.SHOWN:
        return NOTHING
    return Share(review.stars, round(review.weight * 100))


def count_in(listing: Listing, *, before: Share, after: Share) -> None:
    """Let a listing, which the caller holds locked, count one of its reviews as it is now instead of as it was."""
    assert_in_action()
    if before == after:
        return
    for share, sign in ((before, -1), (after, 1)):
        if share.stars:
            _add(listing, share, sign)
    _save(listing)


def recompute(listing: Listing) -> None:
    """Count all reviews of a listing anew, which the caller holds locked."""
    assert_in_action()
    listing.stars = listing.reviews_count = listing.rating_sum = listing.rating_weight = 0
    listing.star_counts = [0, 0, 0, 0, 0]
    rows = Review.objects.for_organisation(listing.organisation_id).filter(listing=listing)
    for review in rows.only("stars", "weight", "state").iterator():
        share = share_of(review)
        if share.stars:
            _add(listing, share, 1)
    _save(listing)


def rate_anew(mean: float, *, first: int, last: int) -> int:
    """Work out the ratings of the listings with keys from `first` to `last` under another mean, all organisations' at once.

    The same sum in the same order as `bayesian`, so that both give the same number to the last bit.
    """
    rows = Listing.objects.across_organisations(reason="the mean is the whole store's")
    stars, count = (Cast(F(name), FloatField()) / Value(100.0) for name in ("rating_sum", "rating_weight"))
    above = Value(STRENGTH * mean, output_field=FloatField()) + stars
    return int(
        rows.filter(pk__gte=first, pk__lte=last, rating_weight__gt=0).update(
            rating=above / (Value(STRENGTH, output_field=FloatField()) + count)
        )
    )


def _add(listing: Listing, share: Share, sign: int) -> None:
    listing.stars += sign * share.stars
    listing.reviews_count += sign
    listing.rating_sum += sign * share.stars * share.weight
    listing.rating_weight += sign * share.weight
    counts = list(listing.star_counts)
    counts[share.stars - 1] += sign
    listing.star_counts = counts


def _save(listing: Listing) -> None:
    # Read under the listing's lock: whoever changes the mean rates this listing after us, or has done so already.
    listing.rating = bayesian(listing.rating_sum / 100, listing.rating_weight / 100, mean=prior_mean())
    listing.save(update_fields=KEPT)
