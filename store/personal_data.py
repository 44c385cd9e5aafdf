"""What reviews, feedback and follows hold about a person."""

from typing import Any

from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.delete_review import remove_review
from store.actions.follow_creator import count_followers
from store.models import Feedback, Follow, Review, ReviewVote

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """A person's reviews, the reviews that helped them, their feedback under their name, and whom they follow."""
    with across_organisations(reason=REASON):
        reviews = Review.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        votes = ReviewVote.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        feedback = Feedback.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        follows = Follow.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        return {
            "reviews": [
                {
                    "id": row.public_id,
                    "listing": row.listing.name,
                    "stars": row.stars,
                    "text": row.text,
                    "created_at": row.created_at.isoformat(),
                }
                for row in reviews.select_related("listing").order_by("pk")
            ],
            "helpful": list(votes.order_by("pk").values_list("review__public_id", flat=True)),
            "feedback": [
                {"listing": row.listing.name, "text": row.text, "created_at": row.created_at.isoformat()}
                for row in feedback.select_related("listing").order_by("pk")
            ],
            "follows": list(follows.order_by("pk").values_list("creator_id", flat=True)),
        }


def erase(user_id: int) -> None:
    """Delete a person's reviews, votes and follows, whose listings, reviews and creators stop counting them; and take
    their name from what they wrote to creators."""
    with across_organisations(reason=REASON):
        reviews = Review.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        written = list(reviews.values_list("organisation_id", "listing_id"))
        votes = ReviewVote.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        helped = list(votes.values_list("organisation_id", "review_id"))
        follows = Follow.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        followed = set(follows.values_list("creator_id", flat=True))
    for organisation_id, listing_id in written:
        with tenant_scope(organisation_id, durable=True):
            remove_review(organisation_id, listing_id, user_id)
    for organisation_id, review_id in helped:
        _take_vote_back(organisation_id, review_id, user_id)
    with across_organisations(reason=REASON, durable=True):
        Follow.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()
        feedback = Feedback.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        feedback.update(user=None, author_name="")
    for creator_id in followed:
        count_followers(creator_id=creator_id)


def _take_vote_back(organisation_id: int, review_id: int, user_id: int) -> None:
    with tenant_scope(organisation_id, durable=True):
        rows = Review.objects.for_organisation(organisation_id).select_for_update()
        review = rows.filter(pk=review_id).first()
        if review is not None:
            votes = ReviewVote.objects.for_organisation(organisation_id).filter(review=review)
            votes.filter(user_id=user_id).delete()
            review.helpful = votes.count()
            review.save(update_fields=["helpful"])


HOLDER = PersonalDataHolder("store opinions", export, erase)
