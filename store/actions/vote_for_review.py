"""Say that a review helped."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import PermissionDenied
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.models import Review, ReviewVote
from store.queries import visible_listing
from store.reviews.queries import is_own, visible_review

A_DAY = Limit(200, 24 * 3600)


class NotYours(PermissionDenied):
    code = "not_for_you"
    user_message = _("Neither who wrote a review nor who made the assistant says whether it helps.")


def vote_for_review(*, actor: Actor, slug: str, review_id: str, helpful: bool) -> Review:
    """Count the person acting among those whom a review helped, or no longer; twice changes nothing.

    Raises:
        PermissionDenied, PersonNeeded: the actor may not use assistants, or is a machine.
        NotFound: there is no such listing or review for this person.
        NotYours: they wrote it, or belong to the listing's organisation.
        RateLimited: they voted too much today.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
        review = visible_review(listing, review_id)
        if review.user_id == person.pk or is_own(person, listing):
            raise NotYours
    take(f"store:votes:{person.pk}", A_DAY)
    with tenant_scope(listing.organisation_id, author=actor.authorship, durable=True):
        rows = Review.objects.for_organisation(listing.organisation_id).select_for_update()
        fresh: Review = rows.get(pk=review.pk)
        votes = ReviewVote.objects.for_organisation(listing.organisation_id).filter(review=fresh)
        if helpful:
            ReviewVote.unscoped.get_or_create(
                organisation_id=listing.organisation_id, review=fresh, user=person
            )
        else:
            votes.filter(user=person).delete()
        fresh.helpful = votes.count()
        fresh.save(update_fields=["helpful"])
    return fresh
