"""Questions about reviews: what is shown, who may write one, and what a person did with them."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import InvalidInput, NotFound
from kernel.pagination import DEFAULT_LIMIT, Page, paginate
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.queries import memberships_of
from store.models import Listing, Review, ReviewVote, Use
from store.queries import access_listing, own_listings

ORDERS = {
    "helpful": ("-helpful", "-id"),
    "new": ("-created_at", "-id"),
    "best": ("-stars", "-id"),
    "worst": ("stars", "id"),
}
SORTS = tuple(ORDERS)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which reviews are wanted, and in which order; 0 stands for every number of stars, or every version."""

    sort: str = "helpful"
    stars: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """How many reviews give so many stars, and their part of all in whole per cent."""

    stars: int
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody may review a listing.

    Attributes:
        code: empty where they may; otherwise `strangers`, `machine`, `own` or `too_early`.
        turns, needed: how many questions they have asked it, and how many they have to.
        review: the one that they wrote, whatever its state.
    """

    code: str = ""
    turns: int = 0
    needed: int = 0
    review: Review | None = None

    @property
    def may(self) -> bool:
        """Whether a review of theirs would be taken."""
        return not self.code

    @property
    def missing(self) -> int:
        """How many questions are still to be asked first."""
        return max(0, self.needed - self.turns)


def shown_reviews(listing: Listing, wish: Wish = Wish()) -> QuerySet[Review]:
    """The reviews that everybody sees who sees the listing. The read policy shows other organisations' public ones."""
    rows = Review.objects.across_organisations(reason="the read policy decides what is seen")
    found = rows.filter(listing_id=listing.pk, state=Review.State.SHOWN)
    if wish.stars:
        found = found.filter(stars=wish.stars)
    return found.filter(version_number=wish.version) if wish.version else found


def page_of_reviews(
    listing: Listing, wish: Wish, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[Review]:
    """A page of the shown reviews of a listing.

    Raises:
        InvalidInput: no such order, or a cursor of another list.
    """
    if wish.sort not in ORDERS:
        message = _("Choose one of: %(choices)s.") % {"choices": ", ".join(SORTS)}
        raise InvalidInput.on("sort", "not_a_choice", message)
    return paginate(shown_reviews(listing, wish), cursor=cursor, limit=limit, order=ORDERS[wish.sort])


def bars(listing: Listing) -> list[Bar]:
    """The histogram of a listing's stars, five stars first."""
    total = sum(listing.star_counts) or 1
    counts = list(enumerate(listing.star_counts, start=1))
    return [Bar(stars, count, round(100 * count / total)) for stars, count in reversed(counts)]


def standing_of(actor: Actor, listing: Listing) -> Standing:
    """Whether the person acting may review a listing, with what they wrote about it."""
    needed = settings.REVIEW_TURNS
    if actor.is_anonymous:
        return Standing("strangers", needed=needed)
    if actor.user is None:
        return Standing("machine", needed=needed)
    with tenant_scope(listing.organisation_id):
        written = Review.objects.for_organisation(listing.organisation_id)
        review: Review | None = written.filter(listing=listing, user=actor.user).first()
    if is_own(actor.user, listing):
        return Standing("own", needed=needed, review=review)
    turns = turns_with(actor.user, listing)
    code = "" if turns >= needed or review else "too_early"
    return Standing(code, turns, needed, review)


def is_own(user: User, listing: Listing) -> bool:
    """Whether a person belongs to the organisation that made a listing."""
    return any(one.organisation_id == listing.organisation_id for one in memberships_of(user))


def turns_with(user: User, listing: Listing) -> int:
    """How many questions a person has asked a listing's assistant, in all organisations that they act in."""
    reason = "a person's own use, whichever organisation they act in"
    with across_organisations(reason=reason):
        rows = Use.objects.across_organisations(reason=reason)
        mine = rows.filter(user=user, publication_id=listing.publication.public_id)
        return int(mine.aggregate(turns=Sum("turns"))["turns"] or 0)


def votes_of(actor: Actor, listing: Listing, reviews: list[Review]) -> set[int]:
    """Which of some reviews of one listing the person acting found helpful, by their keys."""
    if actor.user is None or not reviews:
        return set()
    with tenant_scope(listing.organisation_id):
        rows = ReviewVote.objects.for_organisation(listing.organisation_id)
        mine = rows.filter(user=actor.user, review__in=[review.pk for review in reviews])
        return set(mine.values_list("review_id", flat=True))


def visible_review(listing: Listing, review_id: str) -> Review:
    """One of the shown reviews of a listing.

    Raises:
        NotFound: it has none with this id that is shown.
    """
    found: Review | None = shown_reviews(listing).filter(public_id=review_id).first()
    if found is None:
        raise NotFound
    return found


def may_reply(actor: Actor, listing: Listing) -> bool:
    """Whether the person acting may answer reviews of a listing in its creator's name."""
    if listing.organisation_id != actor.organisation.pk or not actor.can(Permission.PUBLISH_ASSISTANTS):
        return False
    return bool(own_listings(actor).filter(pk=listing.pk).exists())


def access_review(actor: Actor, review_id: str, *, lock: bool = False) -> Review:
    """A review of one of the organisation's own listings that the actor may change, whatever its state.

    Raises:
        NotFound: there is none with this id.
    """
    rows: Any = Review.objects.for_organisation(actor.organisation).filter(public_id=review_id)
    found: Review | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    listing = Listing.objects.for_organisation(actor.organisation).get(pk=found.listing_id)
    found.listing = access_listing(actor, listing.public_id)
    return found
