"""Turns that have ended, and visits of pages, without a model or a browser."""

from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.test import RequestFactory
from django.utils import timezone

from assistants.turns.models import Turn
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.models import Listing, ListingDay
from tests.factories.organisations import make_actor, make_user
from tests.factories.reviews import grown

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
_numbers = count(1)


def make_person(*, days: int = 60) -> Actor:
    """Somebody with an organisation of their own, whose account is so old."""
    return make_actor(grown(make_user(f"asker{next(_numbers)}@example.org"), days=days))


def end_turn(
    actor: Actor,
    listing: Listing,
    *,
    at: datetime | None = None,
    state: str = "complete",
    answer: str = "It is blue.",
    seconds: float = 2,
    **fields: Any,
) -> Turn:
    """A turn of somebody with a listing's assistant, which has ended now or at a moment."""
    ended = at or timezone.now()
    publication = listing.publication
    values = {
        "user": actor.user,
        "surface": "chat",
        "assistant_id": publication.assistant_public_id,
        "assistant_name": listing.name,
        "publication_id": publication.public_id,
        "version_id": publication.live_version.public_id,
        "creator_organisation_id": listing.organisation_id,
        "model_id": "bottega/quote",
        "state": state,
        "answer": answer,
        "finished_at": ended,
    }
    with tenant_scope(actor.organisation):
        made: Turn = Turn.objects.create(organisation=actor.organisation, **(values | fields))
        Turn.objects.for_organisation(actor.organisation).filter(pk=made.pk).update(
            created_at=ended - timedelta(seconds=seconds)
        )
    return made


def visit(actor: Actor, *, agent: str = BROWSER, **headers: str) -> Any:
    """A request of somebody for a page."""
    request = RequestFactory(headers={"User-Agent": agent, **headers}).get("/")
    request.actor = actor  # type: ignore[attr-defined]
    return request


def stranger(ip: str = "203.0.113.7") -> Any:
    """Nobody who is signed in, at an address."""
    return SimpleNamespace(user_id=None, ip=ip, organisation=SimpleNamespace(pk=0))


def totals(listing: Listing) -> dict[str, int]:
    """All that was counted about a listing, over days and versions; what is nothing is left out."""
    found: dict[str, int] = {}
    with tenant_scope(listing.organisation_id):
        for row in (
            ListingDay.objects.for_organisation(listing.organisation_id).filter(listing=listing).values()
        ):
            for name, value in row.items():
                if isinstance(value, int) and not name.endswith("id") and name not in ("version_number",):
                    found[name] = found.get(name, 0) + value
    return {name: value for name, value in found.items() if value}
