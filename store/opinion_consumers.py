"""What happens to reviews, creators and those who follow them when something happens elsewhere."""

from typing import Any

from celery import current_app

from kernel.outbox import publish_event
from kernel.registries import EventConsumer
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from store.actions.follow_listing_reviews import follow_listing_reviews
from store.actions.open_creator_page import open_creator_page
from store.models import Review

CHANGES = frozenset(
    {"assistant.published", "publication.changed", "listing.live", "listing.suspended", "listing.restored"}
)


def _changed(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    listing_id = follow_listing_reviews(organisation_id=organisation_id, payload=payload)
    if listing_id:
        open_creator_page(organisation_id=organisation_id)
        _later(organisation_id, listing_id, "creator.listed")
    return True


def _widened(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    _later(organisation_id, payload["listing"], "creator.widened", payload["widening"])
    return True


def _later(organisation_id: int, listing_id: str, kind: str, widening_id: int = 0) -> None:
    arguments = {
        "organisation_id": organisation_id,
        "listing_id": listing_id,
        "kind": kind,
        "widening_id": widening_id,
    }
    current_app.send_task("store.tell_followers", kwargs=arguments)


def _replied(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
    """Hand the news on to the organisation that the review's author acted in."""
    with tenant_scope(organisation_id):
        rows = Review.objects.for_organisation(organisation_id).select_related("listing__publication")
        review: Review | None = rows.filter(public_id=payload["review"]).first()
    if review is None:
        return True
    author = Organisation.objects.filter(pk=review.from_organisation).first()
    if author is not None:
        known = {
            "user": review.user_id,
            "name": review.listing.creator_name,
            "listing": review.listing.name,
            "slug": review.listing.publication.slug,
        }
        with tenant_scope(author, durable=True):
            publish_event(author, "own_review.replied", known)
    return True


CONSUMERS = (
    EventConsumer("reviews and followers follow listings", CHANGES, _changed),
    EventConsumer("followers hear of widened listings", frozenset({"listing.widened"}), _widened),
    EventConsumer("authors hear of replies", frozenset({"review.replied"}), _replied),
)
