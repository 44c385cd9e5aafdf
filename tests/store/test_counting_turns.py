"""Turns that have ended: who used what, what a listing's day says, and that nothing counts twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from assistants.building.specification import NOT_ENOUGH_INFORMATION
from assistants.chat.actions.start_conversation import start_conversation
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.queries import anonymous_actor
from store.actions import count_turns as counting
from store.actions.count_turns import count_turns
from store.actions.count_use import count_conversation, count_pin
from store.actions.drop_old_counts import drop_old_counts
from store.actions.install_listing import install_listing
from store.actions.uninstall_listing import uninstall_listing
from store.counting.ended import _TAKE
from store.counting.personal_data import HOLDER
from store.models import Counted, Listing, ListingDay, Use
from tests.factories.counting import end_turn, make_person, totals
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listing(alice: Actor) -> Listing:
    return make_listing(alice, "Reply Desk")


def use_of(actor: Actor) -> Use:
    with tenant_scope(actor.organisation):
        found: Use = Use.objects.for_organisation(actor.organisation).get(user=actor.user)
        return found


def test_a_turn_counts_once_for_its_person_and_for_the_day(listing: Listing) -> None:
    person = make_person()
    end_turn(person, listing)
    end_turn(person, listing)
    assert count_turns() == 2
    assert count_turns() == 0
    assert (use_of(person).turns, use_of(person).days) == (2, 1)
    assert totals(listing) == {"turns": 2, "people": 1, "timed": 2, "milliseconds": 4000}


def test_one_that_comes_late_counts_once(listing: Listing) -> None:
    end_turn(make_person(), listing)
    count_turns()
    end_turn(make_person(), listing, at=timezone.now() - timedelta(minutes=5))
    assert count_turns() == 1
    assert totals(listing)["turns"] == 2


def test_who_comes_back_on_another_day_returns(listing: Listing) -> None:
    person, now = make_person(), timezone.now()
    end_turn(person, listing, at=now - timedelta(days=2))
    end_turn(person, listing, at=now - timedelta(days=1))
    end_turn(person, listing)
    count_turns()
    found = totals(listing)
    assert (found["people"], found["returns"]) == (3, 2)
    assert (use_of(person).turns, use_of(person).days) == (3, 3)


def test_somebody_in_two_workspaces_is_one_person(listing: Listing, bob: Actor, charlie: Actor) -> None:
    from dataclasses import replace

    end_turn(charlie, listing)
    end_turn(replace(make_person(), user=charlie.user), listing)
    count_turns()
    assert totals(listing)["people"] == 1


def test_the_creators_people_and_strangers_count_nothing(alice: Actor, bob: Actor, listing: Listing) -> None:
    end_turn(alice, listing)
    end_turn(bob, listing)
    count_turns()
    assert totals(listing) == {}
    assert use_of(alice).turns == 1
    outsider = make_person()
    end_turn(outsider, listing, user=None)
    count_turns()
    assert totals(listing) == {"turns": 1, "timed": 1, "milliseconds": 2000}


def test_a_member_of_the_creators_organisation_elsewhere_counts_nothing(
    alice: Actor, listing: Listing
) -> None:
    from dataclasses import replace

    end_turn(replace(make_person(), user=alice.user), listing)
    count_turns()
    assert totals(listing) == {}


def test_refusals_and_failures_are_told_apart(listing: Listing) -> None:
    person = make_person()
    end_turn(person, listing, answer=f"{NOT_ENOUGH_INFORMATION}\n")
    end_turn(person, listing, state="failed", answer="")
    end_turn(person, listing, seconds=600)
    count_turns()
    found = totals(listing)
    assert (found["turns"], found["refused"], found["failed"], found["timed"]) == (3, 1, 1, 1)
    assert use_of(person).turns == 2


def test_trials_are_counted_apart_and_lift_nothing(listing: Listing) -> None:
    end_turn(anonymous_actor(), listing, surface="trial")
    end_turn(anonymous_actor(), listing, surface="trial", state="failed", answer="")
    assert count_turns() == 2
    assert totals(listing) == {"trials": 1}


def test_previews_and_drafts_count_nothing(listing: Listing) -> None:
    end_turn(make_person(), listing, surface="preview")
    end_turn(make_person(), listing, publication_id="")
    assert count_turns() == 0


def test_counting_that_dies_loses_and_doubles_nothing(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person()
    end_turn(person, listing)

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(counting, "add_to_trends", dies)
        with pytest.raises(KeyboardInterrupt):
            count_turns()
    assert totals(listing) == {}
    assert count_turns() == 1
    assert (totals(listing)["turns"], use_of(person).turns) == (1, 1)


def test_what_was_counted_is_forgotten_when_it_cannot_come_again(listing: Listing) -> None:
    end_turn(make_person(), listing, at=timezone.now() - timedelta(hours=3))
    count_turns()
    end_turn(make_person(), listing)
    count_turns()
    drop_old_counts()
    assert Counted.objects.filter(key__startswith="turn_").count() == 1
    assert count_turns() == 0


def test_a_person_gets_what_is_held_and_has_it_erased(listing: Listing) -> None:
    person = make_person()
    end_turn(person, listing)
    count_turns()
    assert person.user_id
    held = HOLDER.export(person.user_id)
    assert [(use["publication"], use["turns"]) for use in held["uses"]] == [
        (listing.publication.public_id, 1)
    ]
    HOLDER.erase(person.user_id)
    assert HOLDER.export(person.user_id)["uses"] == []
    assert totals(listing)["people"] == 1


def test_days_are_dropped_when_their_time_is_over(listing: Listing, settings: object, alice: Actor) -> None:
    settings.STORE_DAYS_KEPT = 40  # type: ignore[attr-defined]
    with tenant_scope(alice.organisation):
        for age in (39, 41):
            ListingDay.objects.create(
                organisation=alice.organisation,
                listing=listing,
                day=timezone.now().date() - timedelta(days=age),
                version_number=1,
                opens=1,
            )
    assert drop_old_counts() == 1
    assert totals(listing) == {"opens": 1}


def test_conversations_are_exact_and_those_of_others_stand_on_the_day(
    alice: Actor, listing: Listing, run_jobs: Callable[[], list[str]]
) -> None:
    for actor in (alice, make_person()):
        started = start_conversation(actor=actor, reference=listing.publication.slug)
    run_jobs()
    count_conversation(publication_id=listing.publication.public_id, conversation_id=started.public_id)
    with tenant_scope(alice.organisation):
        listing.refresh_from_db()
    assert listing.conversations == 2
    assert totals(listing) == {"conversations": 1}


def test_pins_are_exact_and_those_of_others_stand_on_the_day(
    alice: Actor, listing: Listing, run_jobs: Callable[[], list[str]]
) -> None:
    person = make_person()
    install_listing(actor=alice, reference=listing.public_id)
    install_listing(actor=person, reference=listing.public_id)
    run_jobs()
    for _ in range(2):
        count_pin(
            listing_id=listing.public_id,
            organisation_id=person.organisation.pk,
            user_id=person.user_id,
            event_id=10**12,
            added=True,
        )
    with tenant_scope(alice.organisation):
        listing.refresh_from_db()
    assert listing.installs == 2
    assert totals(listing) == {"installs": 2}
    uninstall_listing(actor=person, reference=listing.public_id)
    run_jobs()
    assert totals(listing) == {"installs": 2, "uninstalls": 1}


def test_turns_that_have_ended_are_found_by_an_index() -> None:
    with (
        across_organisations(reason="as counting does"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_TAKE}", [10])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "turn_finished" in plan
    assert "Seq Scan on turns_turn" not in plan
