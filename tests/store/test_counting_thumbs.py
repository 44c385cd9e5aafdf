"""Thumbs under answers stand on the day of the answer, once, whatever people make of them later."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.chat.actions.give_feedback import give_feedback
from assistants.chat.actions.start_conversation import start_conversation
from assistants.chat.models import Message
from kernel.models import OutboxEvent
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from store.actions.count_thumb import count_thumb
from store.models import Listing, ListingDay
from tests.factories.counting import end_turn, make_person, totals
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listing(alice: Actor) -> Listing:
    return make_listing(alice, "Reply Desk")


def answered(actor: Actor, listing: Listing) -> str:
    """The id of an answer that somebody got yesterday."""
    conversation = start_conversation(actor=actor, reference=listing.publication.slug)
    turn = end_turn(actor, listing, at=timezone.now() - timedelta(days=1))
    with tenant_scope(actor.organisation):
        made = Message.objects.create(
            organisation=actor.organisation, conversation=conversation, role="assistant", turn=turn
        )
    return str(made.public_id)


def thumbs(listing: Listing) -> tuple[int, int]:
    found = totals(listing)
    return found.get("helpful", 0), found.get("unhelpful", 0)


def test_a_thumb_is_counted_changed_and_taken_back(
    listing: Listing, run_jobs: Callable[[], list[str]]
) -> None:
    person = make_person()
    message = answered(person, listing)
    for value, expected in (("up", (1, 0)), ("up", (1, 0)), ("down", (0, 1)), ("", (0, 0)), ("up", (1, 0))):
        give_feedback(actor=person, message_id=message, value=value)
        run_jobs()
        assert thumbs(listing) == expected
    with tenant_scope(listing.organisation_id):
        days = ListingDay.objects.for_organisation(listing.organisation_id).filter(helpful=1)
        assert days.get().day == (timezone.now() - timedelta(days=1)).date()


def test_the_same_event_again_changes_nothing(listing: Listing, run_jobs: Callable[[], list[str]]) -> None:
    person = make_person()
    give_feedback(actor=person, message_id=answered(person, listing), value="up")
    run_jobs()
    with across_organisations(reason="deliver it again"):
        event = OutboxEvent.objects.across_organisations(reason="the last").filter(kind="answer.rated").get()
    count_thumb(organisation_id=person.organisation.pk, payload=event.payload, event_id=event.pk)
    assert thumbs(listing) == (1, 0)
    assert set(event.payload) == {"publication", "version", "day", "user", "before", "now"}


def test_the_creators_own_thumbs_count_nothing(
    alice: Actor, listing: Listing, run_jobs: Callable[[], list[str]]
) -> None:
    give_feedback(actor=alice, message_id=answered(alice, listing), value="up")
    run_jobs()
    assert thumbs(listing) == (0, 0)
