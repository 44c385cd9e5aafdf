"""People who have used an assistant, and what they say about it."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.actions.write_review import write_review
from store.models import Listing, Review, Use
from tests.factories.organisations import make_actor, make_user

_numbers = count(1)


def make_use(actor: Actor, listing: Listing, *, turns: int = 3) -> Use:
    """That somebody has asked a listing's assistant so many questions."""
    now = timezone.now()
    with tenant_scope(actor.organisation):
        made: Use = Use.objects.create(
            organisation=actor.organisation,
            user=actor.user,
            publication_id=listing.publication.public_id,
            turns=turns,
            days=1,
            first_at=now,
            last_at=now,
        )
    return made


def grown(user: User, *, days: int = 60) -> User:
    """The same person with an account that is so old."""
    user.created_at = timezone.now() - timedelta(days=days)
    user.save(update_fields=["created_at"])
    return user


def make_reader(listing: Listing, *, days: int = 60, name: str = "") -> Actor:
    """A stranger with an organisation of their own, who has used a listing enough to rate it."""
    number = next(_numbers)
    user = make_user(f"reader{number}@example.org", name=name or f"Reader {number}")
    actor = make_actor(grown(user, days=days))
    make_use(actor, listing)
    return actor


def make_review(
    listing: Listing, stars: int = 5, text: str = "", *, actor: Actor | None = None, days: int = 60
) -> Review:
    """A review by a stranger, or by the given actor, who has used the listing."""
    return write_review(
        actor=actor or make_reader(listing, days=days),
        slug=listing.publication.slug,
        stars=stars,
        text=text,
    )
