"""Take one's own review back."""

from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import require_person
from store.models import Listing, Review
from store.queries import visible_listing
from store.reviews.rating import NOTHING, count_in, share_of


def delete_review(*, actor: Actor, slug: str) -> None:
    """Delete what the person acting wrote about a listing, with its votes and its reply.

    Of what moderators took away, or look at, an empty place stays that nobody sees: or whoever writes again would pass
    them by.

    Raises:
        NotAuthenticated, PersonNeeded: nobody is signed in, or a machine acts.
        NotFound: there is no such listing for this person, or they have not rated it.
    """
    person = require_person(actor)
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
    with tenant_scope(listing.organisation_id, author=actor.authorship, durable=True):
        rows = Review.objects.for_organisation(listing.organisation_id).filter(listing=listing, user=person)
        kept: Review | None = rows.exclude(state=Review.State.SHOWN).select_for_update().first()
        if kept is not None:
            kept.text, kept.reply, kept.replied_at, kept.state = "", "", None, Review.State.HIDDEN
            kept.save(update_fields=["text", "reply", "replied_at", "state", "updated_at"])
        elif not remove_review(listing.organisation_id, listing.pk, person.pk):
            raise NotFound


def remove_review(organisation_id: int, listing_id: int, user_id: int) -> bool:
    """Delete a person's review of a listing in the open scope, which stops counting it; whether there was one."""
    listing = Listing.objects.for_organisation(organisation_id).select_for_update().get(pk=listing_id)
    review = Review.objects.for_organisation(organisation_id).filter(listing=listing, user_id=user_id).first()
    if review is None:
        return False
    before = share_of(review)
    review.delete()
    count_in(listing, before=before, after=NOTHING)
    return True
