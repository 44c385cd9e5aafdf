"""Rate an assistant, with words or without."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import Conflict, InvalidInput, PermissionDenied
from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.actions.hold_review import hold_review
from store.models import Listing, Review
from store.queries import visible_listing
from store.reviews.brigades import judge
from store.reviews.queries import Standing, standing_of
from store.reviews.rating import NOTHING, count_in, share_of
from store.reviews.words import checked_text, language_of

LONGEST = 2000
A_DAY = Limit(30, 24 * 3600)


class OwnListing(PermissionDenied):
    code = "own_listing"
    user_message = _("This assistant is your own organisation's, so you cannot rate it. Others can.")


class NotUsedEnough(Conflict):
    code = "not_used_enough"
    user_message = _(
        "Only people who have used an assistant rate it: ask it %(missing)s more questions, then come back."
    )


def write_review(
    *, actor: Actor, slug: str, stars: int, text: str = "", language: str | None = None
) -> Review:
    """Save what the person acting thinks of a listing; their second one changes the first.

    Its weight and whether it is held are worked out anew each time.

    Args:
        stars: 1 to 5.
        text: up to 2,000 characters, for everybody who sees the listing.
        language: a code such as `en`; worked out of the text where it is None.

    Raises:
        PermissionDenied, PersonNeeded: the actor may not use assistants, or is a machine.
        NotFound: there is no such listing for this person.
        OwnListing: it is of an organisation that they belong to.
        NotUsedEnough: they have asked it too few questions.
        InvalidInput: no such number of stars, or a text that is too long.
        RateLimited: they rated too much today.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    if stars not in range(1, 6):
        raise InvalidInput.on("stars", "not_a_choice", _("Choose one to five stars."))
    words = checked_text(text, longest=LONGEST)
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
        _require_standing(standing_of(actor, listing))
    take(f"store:reviews:{person.pk}", A_DAY)
    spoken = language_of(words) if language is None else language
    with tenant_scope(listing.organisation_id, author=actor.authorship, durable=True):
        rows = Listing.objects.for_organisation(listing.organisation_id).select_for_update()
        return _save(actor, person, rows.get(pk=listing.pk), stars, words, spoken)


def _require_standing(standing: Standing) -> None:
    if standing.code == "own":
        raise OwnListing
    if not standing.may:
        raise NotUsedEnough(missing=standing.missing, needed=settings.REVIEW_TURNS)


def _save(actor: Actor, person: User, listing: Listing, stars: int, text: str, language: str) -> Review:
    rows = Review.objects.for_organisation(listing.organisation_id)
    review = rows.filter(listing=listing, user=person).first() or Review(
        organisation_id=listing.organisation_id,
        listing=listing,
        user=person,
        from_organisation=actor.organisation.pk,
    )
    is_new, before = review.pk is None, NOTHING if review.pk is None else share_of(review)
    review.author_name, review.stars, review.text, review.language = person.name, stars, text, language
    review.version_number = listing.version_number
    review.is_public = listing.publication.visibility in ("public", "link")
    verdict = judge(listing, review, joined_at=person.created_at, now=timezone.now())
    review.weight = verdict.weight
    # What moderators took away stays away until they have seen what it says now.
    signs = verdict.signs or (("changed",) if review.state == Review.State.HIDDEN else ())
    if signs:
        review.state = Review.State.HELD
    review.save()
    if signs:
        hold_review(review, listing, signs)
    count_in(listing, before=before, after=share_of(review))
    if is_new and review.state == Review.State.SHOWN:
        payload = {"listing": listing.public_id, "review": review.public_id, "stars": stars}
        publish_event(listing.organisation, "review.written", payload)
    return review
