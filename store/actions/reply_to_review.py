"""Answer a review in the creator's name."""

from django.utils import timezone

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.models import Review
from store.reviews.queries import access_review
from store.reviews.words import checked_text

LONGEST = 2000


@entry_action
def reply_to_review(*, actor: Actor, review_id: str, text: str) -> Review:
    """Put the one reply under a review, change it, or with no text take it away. Its author hears of a first one.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: no listing that the actor may change has such a review.
        InvalidInput: the text is too long.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    words = checked_text(text, longest=LONGEST)
    review = access_review(actor, review_id, lock=True)
    is_first = bool(words) and not review.reply
    if words == review.reply:
        return review
    review.reply, review.replied_at = words, timezone.now() if words else None
    review.save(update_fields=["reply", "replied_at"])
    record_audit(actor, "review.replied" if words else "review.reply_removed", review.listing)
    if is_first:
        payload = {"listing": review.listing.public_id, "review": review.public_id}
        publish_event(actor.organisation, "review.replied", payload)
    return review
