"""Show a review, or take it away: what a moderator's decision about one comes to."""

from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from store.models import Listing, Review
from store.reviews.rating import count_in, share_of


def set_review_state(review: Review, state: str) -> Review:
    """Give a review another state and let its listing count it accordingly, in the scope of its organisation.

    One that was held for what it looked like counts fully once somebody has let it through.
    """
    assert_in_action()
    rows = Listing.objects.for_organisation(review.organisation_id).select_for_update()
    listing = rows.get(pk=review.listing_id)
    fresh: Review = Review.objects.for_organisation(review.organisation_id).get(pk=review.pk)
    before, was = share_of(fresh), fresh.state
    fresh.state = state
    if was == Review.State.HELD and state == Review.State.SHOWN and fresh.weight == 0:
        fresh.weight = 1.0
    fresh.save(update_fields=["state", "weight", "updated_at"])
    count_in(listing, before=before, after=share_of(fresh))
    if was == Review.State.HELD and state == Review.State.SHOWN:
        payload = {"listing": listing.public_id, "review": fresh.public_id, "stars": fresh.stars}
        publish_event(listing.organisation, "review.written", payload)
    return fresh
