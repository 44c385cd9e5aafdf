"""What lifts a listing's trend, and what does not."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from math import isclose
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from store.actions.count_turns import count_turns
from store.counting.ended import Ended
from store.counting.people import New
from store.counting.trends import add_to_trends
from store.models import Listing
from store.trending import HALF_LIFE, crowd_of, trend_after, weight_of_crowd, with_newcomers
from tests.factories.counting import end_turn, make_person
from tests.factories.store import make_listing

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OLD = timedelta(days=90)


def test_a_use_counts_half_as_much_a_week_later() -> None:
    two_then = trend_after(trend_after(0, NOW, 1), NOW, 1)
    one_later = trend_after(0, NOW + HALF_LIFE, 1)
    assert isclose(two_then, one_later)
    assert trend_after(0, NOW + HALF_LIFE, 1.01) > two_then


def test_the_order_in_which_uses_come_changes_nothing() -> None:
    uses = [(NOW, 1.0), (NOW - timedelta(days=30), 0.5), (NOW - timedelta(days=3), 0.25)]
    found = set()
    for order in permutations(uses):
        score = 0.0
        for at, weight in order:
            score = trend_after(score, at, weight)
        found.add(round(score, 9))
    assert len(found) == 1


def test_a_thousand_of_one_house_weigh_less_than_thirty_strangers() -> None:
    assert weight_of_crowd(before=0, each=[1.0] * 1000) < 8 < 30
    parts = weight_of_crowd(before=0, each=[1.0] * 10) + weight_of_crowd(before=10, each=[1.0] * 5)
    assert isclose(parts, weight_of_crowd(before=0, each=[1.0] * 15))


def test_new_accounts_are_one_crowd_wherever_they_act() -> None:
    assert crowd_of(organisation_id=5, age=timedelta(days=1)) == (0, 0.25)
    assert crowd_of(organisation_id=5, age=timedelta(days=10)) == (5, 0.5)
    assert crowd_of(organisation_id=5, age=OLD) == (5, 1.0)


def rows(*ages: int) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(pk=n, live_at=NOW - timedelta(days=age), conversations=0)
        for n, age in enumerate(ages)
    ]


def test_new_listings_get_every_fourth_place() -> None:
    trending, newest = rows(*[100] * 8), rows(1, 2, 3, 40)
    for place, row in enumerate(newest):
        row.pk = 100 + place
    mixed = [row.pk for row in with_newcomers(trending, newest, at=NOW)]
    assert len(mixed) == 8
    assert [place for place, pk in enumerate(mixed) if pk >= 100] == [3, 7]
    assert 103 not in mixed
    assert mixed == [row.pk for row in with_newcomers(trending, newest, at=NOW + timedelta(minutes=59))]
    shown = {
        pk
        for hour in range(48)
        for pk in (row.pk for row in with_newcomers(trending, newest, at=NOW + timedelta(hours=hour)))
    }
    assert {100, 101, 102} <= shown
    assert with_newcomers(trending, [], at=NOW) == trending
    assert with_newcomers([], newest, at=NOW) == []


pytest_transaction = pytest.mark.django_db(transaction=True)


def trend_of(listing: Listing) -> float:
    with tenant_scope(listing.organisation_id):
        rows = Listing.objects.for_organisation(listing.organisation_id).filter(pk=listing.pk)
        return float(rows.values_list("trend", flat=True).get())


def add_people(listing: Listing, organisations: list[int], *, age: timedelta = OLD) -> None:
    now = timezone.now()
    people = [
        New(
            Ended(
                organisation, number, "pub_x", listing.pk, now, now.date(), 1, "complete", False, 10, now - age, False, False
            ),
            False,
        )
        for number, organisation in enumerate(organisations)
    ]  # fmt: skip
    with across_organisations(reason="as counting does", durable=True), connection.cursor() as cursor:
        add_to_trends(cursor, people)


@pytest_transaction
def test_the_database_agrees_that_a_crowd_of_one_house_moves_less(alice: Actor) -> None:
    pushed, liked, made_up = (make_listing(alice) for _ in range(3))
    add_people(pushed, [77] * 600)
    add_people(pushed, [77] * 400)
    add_people(made_up, list(range(1000, 2000)), age=timedelta(hours=1))
    add_people(liked, list(range(100, 130)))
    assert trend_of(made_up) < trend_of(pushed) < trend_of(liked)
    now = timezone.now()
    expected = trend_after(0, now, weight_of_crowd(before=0, each=[1.0] * 1000))
    assert trend_of(pushed) == pytest.approx(expected, abs=0.001)


@pytest_transaction
def test_somebody_lifts_a_listing_once_a_day_and_only_that_listing(alice: Actor) -> None:
    used, other = make_listing(alice), make_listing(alice)
    person = make_person(days=60)
    end_turn(person, used)
    count_turns()
    first = trend_of(used)
    for _ in range(5):
        end_turn(person, used)
    end_turn(alice, other)
    end_turn(make_person(), other, user=None)
    count_turns()
    assert first > 0
    assert trend_of(used) == first
    assert trend_of(other) == 0
