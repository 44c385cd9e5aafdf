"""Cards shown and pages opened: counted once a visitor and hour, never twice by a process that is killed."""

import os
import signal
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from django.db import connections
from django.test import Client
from redis import ConnectionError as RedisDown

from organisations.actors import Actor
from store.actions import flush_visits as flushing
from store.actions.flush_visits import flush_visits
from store.actions.require_listing import require_listing
from store.counting import note_impressions, note_open, visits
from store.models import Listing
from tests.factories.counting import BROWSER, make_person, stranger, totals, visit
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _speaking() -> Any:
    visits._silent_until = 0.0
    visits._script.cache_clear()
    yield
    visits._silent_until = 0.0


@pytest.fixture
def listing(alice: Actor) -> Listing:
    return make_listing(alice, "Reply Desk")


def test_cards_and_pages_are_counted_by_day_and_version(listing: Listing) -> None:
    other = stranger()
    note_impressions(visit(other), [listing])
    note_open(visit(other), listing)
    assert totals(listing) == {}
    assert flush_visits() == 1
    assert totals(listing) == {"impressions": 1, "opens": 1}


def test_related_cards_and_answers_of_the_api_are_counted_apart(
    client: Client, alice: Actor, charlie: Actor, listing: Listing
) -> None:
    other = make_listing(alice, "Letter Desk")
    client.get("/a/letter-desk", headers={"User-Agent": BROWSER})
    api_client_for(charlie).get("/api/v1/store/listings", {"search": "letter"})
    flush_visits()
    assert totals(listing) == {"impressions": 1} and totals(other) == {"opens": 1, "listed": 1}


def test_cards_of_others_in_a_directory_are_counted(charlie: Actor, listing: Listing) -> None:
    require_listing(actor=charlie, listing=listing.publication.slug)
    client_for(charlie).get("/directory/", headers={"User-Agent": BROWSER})
    flush_visits()
    assert totals(listing) == {"impressions": 1}


def test_a_visitor_counts_once_an_hour(listing: Listing) -> None:
    for _ in range(3):
        note_open(visit(stranger()), listing)
    note_open(visit(stranger("203.0.113.8")), listing)
    note_open(visit(make_person()), listing)
    flush_visits()
    note_open(visit(stranger()), listing)
    flush_visits()
    assert totals(listing) == {"opens": 3}


@pytest.mark.parametrize(
    "headers",
    [
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36"},
        {"agent": "curl/8.5.0"},
        {"agent": "python-requests/2.32"},
        {"agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_programs_and_what_is_fetched_ahead_count_nothing(listing: Listing, headers: dict[str, str]) -> None:
    assert note_open(visit(stranger(), **headers), listing) == 0


def test_the_creators_own_organisation_counts_nothing(alice: Actor, bob: Actor, listing: Listing) -> None:
    assert note_open(visit(alice), listing) == 0
    assert note_impressions(visit(bob), [listing]) == 0


def test_nothing_in_redis_names_a_visitor(listing: Listing, redis_client: Any) -> None:
    person = make_person()
    note_open(visit(person), listing)
    kept = b" ".join(
        [
            *redis_client.keys("store:*"),
            *(redis_client.dump(key) or b"" for key in redis_client.keys("store:*")),
        ]
    )
    assert str(person.user.email).encode() not in kept  # type: ignore[union-attr]
    assert f"user:{person.user_id}".encode() not in kept
    assert all(0 < redis_client.ttl(key) <= 3900 for key in redis_client.keys("store:*seen*"))


def test_a_flush_that_is_killed_before_its_commit_loses_nothing(listing: Listing) -> None:
    note_open(visit(stranger()), listing)
    flush_and_be_killed(flushing, "add_to_days")
    assert totals(listing) == {}
    note_open(visit(stranger("203.0.113.8")), listing)
    assert flush_visits() == 2
    assert totals(listing) == {"opens": 2}


def test_a_flush_that_is_killed_after_its_commit_doubles_nothing(listing: Listing, redis_client: Any) -> None:
    note_open(visit(stranger()), listing)
    flush_and_be_killed(redis.Redis, "delete")
    assert totals(listing) == {"opens": 1}
    assert redis_client.keys(f"{visits.BATCHES}:*")
    assert flush_visits() == 0
    assert totals(listing) == {"opens": 1}
    assert not redis_client.keys(f"{visits.BATCHES}*")


def test_visits_of_a_listing_that_is_gone_are_dropped(listing: Listing, redis_client: Any) -> None:
    redis_client.hset(visits.BUFFER, f"{datetime.now(UTC):%Y-%m-%d}:o:999999999:1", 3)
    note_open(visit(stranger()), listing)
    assert flush_visits() == 1
    assert totals(listing) == {"opens": 1}


def test_a_page_goes_on_where_redis_does_not_answer(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def down() -> Any:
        calls.append(1)
        raise RedisDown

    monkeypatch.setattr(visits, "_script", down)
    assert note_open(visit(stranger()), listing) == 0
    assert note_open(visit(stranger()), listing) == 0
    assert calls == [1]


def flush_and_be_killed(place: Any, name: str) -> None:
    """Flush in a process of its own that is killed when it has come to a function."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(30)
            connections["default"].connection = None  # the parent's; kept open by it
            setattr(place, name, lambda *_given: os.kill(os.getpid(), signal.SIGKILL))
            flush_visits()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
