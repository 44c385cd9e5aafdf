"""Many hands at once: every version has its own number, and one of two writers wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.turns.runtime import CONTROL_CHANNEL
from kernel.errors import InvalidInput, StaleRevision
from kernel.redis import sync_redis
from organisations.actors import Actor
from tests.factories.building import make_assistant, make_publication, present_draft

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 4


def at_once(call: Callable[[int], Any]) -> list[Any]:
    def hand(number: int) -> Any:
        try:
            return call(number)
        except (StaleRevision, InvalidInput) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(hand, range(HANDS)))


def test_versions_published_at_once_are_numbered_one_after_another(alice: Actor) -> None:
    assistant = make_assistant(alice)
    made = at_once(lambda _n: publish_version(actor=alice, assistant_id=assistant.public_id).number)
    assert sorted(made) == [1, 2, 3, 4]


def test_of_writers_with_the_same_revision_one_wins(alice: Actor) -> None:
    assistant = make_assistant(alice)

    def write(number: int) -> str:
        patch = {"profile": {"tagline": f"Hand {number}"}}
        draft = update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch, revision=1)
        return str(draft.specification["profile"]["tagline"])

    results = at_once(write)
    winners = [result for result in results if isinstance(result, str)]
    assert len(winners) == 1
    assert present_draft(alice, assistant)["profile"]["tagline"] == winners[0]


def test_a_slug_wanted_at_once_goes_to_one(alice: Actor) -> None:
    wanting = [make_publication(alice, "private").assistant.public_id for _ in range(HANDS)]

    def take(number: int) -> str:
        return set_publication(
            actor=alice, assistant_id=wanting[number], visibility="private", slug="the-one"
        ).public_id

    results = at_once(take)
    assert sum(isinstance(result, str) for result in results) == 1


def test_withdrawing_stops_answers_that_are_being_written(alice: Actor) -> None:
    publication = make_publication(alice)
    with sync_redis().pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(CONTROL_CHANNEL)
        channel.get_message(timeout=2)
        unpublish(actor=alice, assistant_id=publication.assistant.public_id)
        heard = channel.get_message(timeout=2)
    assert heard is not None
    assert heard["data"].decode() == f"stop-publication {publication.public_id}"
