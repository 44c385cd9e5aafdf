"""Work out the store's mean of stars, and rate everything by it."""

from django.db.models import Max, Min, Sum

from kernel.tenancy import across_organisations
from store.models import Listing, RatingPrior
from store.reviews.rating import MEAN_AT_FIRST, prior_mean, rate_anew

REASON = "the mean is the whole store's"
# The mean is pulled towards the first one as if by so many reviews, and small changes of it change nothing.
PULL, SMALLEST = 50, 0.01
BATCH = 5000


def refresh_prior() -> float:
    """Take the mean of all weighted stars, and where it moved rate every rated listing anew, a batch a transaction.

    Returns:
        the mean that holds now.
    """
    with across_organisations(reason=REASON, durable=True):
        rows = Listing.objects.across_organisations(reason=REASON).filter(rating_weight__gt=0)
        found = rows.aggregate(
            stars=Sum("rating_sum"), weight=Sum("rating_weight"), reviews=Sum("reviews_count")
        )
        stars, weight = (found["stars"] or 0) / 100, (found["weight"] or 0) / 100
        mean = round((PULL * MEAN_AT_FIRST + stars) / (PULL + weight), 3)
        known = RatingPrior.objects.order_by("pk").first() or RatingPrior(mean=MEAN_AT_FIRST)
        moved = abs(mean - prior_mean()) >= SMALLEST
        known.reviews = found["reviews"] or 0
        if moved:
            known.mean = mean
        known.save()
        ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    if moved and ends["first"] is not None:
        for first in range(ends["first"], ends["last"] + 1, BATCH):
            with across_organisations(reason=REASON, durable=True):
                rate_anew(known.mean, first=first, last=min(first + BATCH - 1, ends["last"]))
    return float(known.mean)
