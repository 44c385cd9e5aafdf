"""A staged roll-out: who gets the candidate, what both versions come to, and how it ends."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.building.actions.end_rollout import promote_rollout, roll_back_rollout
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.actions.update_draft import update_draft
from assistants.building.choosing import gets_candidate
from assistants.building.figures import told_apart
from assistants.building.models import Assistant, Release, Rollout, Version
from assistants.building.opening import pending_opening
from assistants.building.plans import plan_for_publication
from assistants.building.rollouts import CandidateIsLive, NoRollout
from assistants.chat.models import Message
from assistants.turns.models import Turn
from kernel.errors import InvalidInput, PermissionDenied
from kernel.models import OutboxEvent
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import decide_approval
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_publication, present_publication, share
from tests.factories.chat import make_conversation
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    """Published for the organisation, with a draft that differs from version 1."""
    made = make_publication(alice, instructions={"role": "First"}).assistant
    update_draft(actor=alice, assistant_id=made.public_id, patch={"instructions": {"role": "Second"}})
    return made


def roll_out(actor: Actor, assistant: Assistant, share: int, version: int | None = None) -> Any:
    return set_rollout(actor=actor, assistant_id=assistant.public_id, version=version, share=share)


def number_for(actor: Actor, assistant: Assistant, person: str = "") -> int | None:
    return plan_for_publication(actor, assistant.public_id, person=person).version_number


def numbers(actor: Actor, assistant: Assistant, people: int = 200) -> list[int | None]:
    return [number_for(actor, assistant, f"person {index}") for index in range(people)]


def rollout_of(actor: Actor) -> Rollout:
    with tenant_scope(actor.organisation):
        rows = Rollout.objects.for_organisation(actor.organisation).order_by("-id")
        return rows.first()  # type: ignore[no-any-return]


# --- Who gets it ---


def test_a_share_of_people_gets_the_candidate(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 25)
    got = numbers(alice, assistant)
    assert 25 <= got.count(2) <= 75
    assert got.count(1) + got.count(2) == 200


def test_one_person_stays_with_one_version(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 50)
    assert numbers(alice, assistant) == numbers(alice, assistant)
    assert len({number_for(alice, assistant) for _again in range(10)}) == 1


def test_those_who_are_in_stay_in_when_the_share_grows(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 20)
    early = [at for at, number in enumerate(numbers(alice, assistant)) if number == 2]
    roll_out(alice, assistant, 60, 2)
    later = numbers(alice, assistant)
    assert all(later[at] == 2 for at in early)
    assert later.count(2) > len(early)
    assert rollout_of(alice).share == 60


def test_the_draw_follows_the_share() -> None:
    drawn = sum(gets_candidate("pub_x", 7, 30, f"person {index}") for index in range(10_000))
    assert 2_800 < drawn < 3_200


def test_a_rollout_costs_a_question_no_further_query(alice: Actor, assistant: Assistant) -> None:
    slug = present_publication(alice, assistant).slug
    with tenant_scope(alice.organisation):
        plan_for_publication(alice, slug)
        with CaptureQueriesContext(
            connection,
        ) as before:
            plan_for_publication(alice, slug)
    roll_out(alice, assistant, 99)
    with tenant_scope(alice.organisation):
        plan_for_publication(alice, slug)
        with CaptureQueriesContext(connection) as during:
            plan_for_publication(alice, slug)
    assert len(during) == len(before) == 1


def test_one_who_calls_by_a_key_gets_the_candidate_by_the_person_they_name(
    alice: Actor, charlie: Actor
) -> None:
    publication = make_publication(alice, "public")
    update_draft(
        actor=alice, assistant_id=publication.assistant.public_id, patch={"instructions": {"role": "B"}}
    )
    roll_out(alice, publication.assistant, 50)
    seen = {
        plan_for_publication(charlie, publication.slug, person=f"u{index}").version_number
        for index in range(40)
    }
    assert seen == {1, 2}


# --- Rules ---


def test_the_live_version_cannot_be_its_own_candidate(alice: Actor, assistant: Assistant) -> None:
    with pytest.raises(CandidateIsLive):
        roll_out(alice, assistant, 10, 1)


@pytest.mark.parametrize("share", [0, 101, -5])
def test_a_share_that_is_none_is_refused(alice: Actor, assistant: Assistant, share: int) -> None:
    with pytest.raises(InvalidInput):
        roll_out(alice, assistant, share)
    with tenant_scope(alice.organisation):
        assert Version.objects.for_organisation(alice.organisation).count() == 1


def test_whoever_may_not_publish_may_not_roll_out(alice: Actor, assistant: Assistant) -> None:
    builder = add_member(alice.organisation, make_user("bo@example.org"), Role.BUILDER)
    share(alice, assistant.public_id, builder, Level.OWN)
    for act in (
        lambda: roll_out(builder, assistant, 10),
        lambda: promote_rollout(actor=builder, assistant_id=assistant.public_id),
        lambda: roll_back_rollout(actor=builder, assistant_id=assistant.public_id),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_candidate_waits_for_the_second_person_that_publishing_would_wait_for(
    alice: Actor, assistant: Assistant
) -> None:
    second = add_member(alice.organisation, make_user("emil@example.org"), Role.PUBLISHER)
    set_policy(actor=alice, document={"publishing": {"directory_approval": True}})
    assert roll_out(alice, assistant, 40) is not None
    assert set(numbers(alice, assistant)) == {1}
    with tenant_scope(alice.organisation):
        waiting = pending_opening(alice.organisation, assistant.public_id)
    assert waiting is not None
    decide_approval(actor=second, approval_id=waiting.public_id, approve=True)
    assert set(numbers(alice, assistant)) == {1, 2}
    assert rollout_of(alice).share == 40
    # Whoever agreed to the version is not asked again when it goes to everybody.
    promote_rollout(actor=alice, assistant_id=assistant.public_id)
    assert present_publication(alice, assistant).live_version.number == 2


# --- How it ends ---


def last_release(actor: Actor) -> tuple[int, str]:
    with tenant_scope(actor.organisation):
        rows = Release.objects.for_organisation(actor.organisation).select_related("version")
        row = rows.order_by("-id")[0]
        return row.version.number, row.kind


def test_promoted_it_is_live_for_everybody(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 10)
    promote_rollout(actor=alice, assistant_id=assistant.public_id)
    assert set(numbers(alice, assistant)) == {2}
    assert last_release(alice) == (2, "promoted")
    assert rollout_of(alice).outcome == "promoted"


def test_a_share_of_all_promotes_it(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 10)
    roll_out(alice, assistant, 100, 2)
    assert last_release(alice) == (2, "promoted")


def test_rolled_back_nobody_gets_it_any_more(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 90)
    roll_back_rollout(actor=alice, assistant_id=assistant.public_id)
    assert set(numbers(alice, assistant)) == {1}
    assert last_release(alice) == (1, "rolled_back")
    assert rollout_of(alice).outcome == "rolled_back"
    with pytest.raises(NoRollout):
        roll_back_rollout(actor=alice, assistant_id=assistant.public_id)


def test_another_version_that_goes_live_ends_it(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 90)
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Third"}})
    publish_version(actor=alice, assistant_id=assistant.public_id)
    assert set(numbers(alice, assistant)) == {3}
    assert rollout_of(alice).outcome == "rolled_back"


def test_owners_are_told(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 10)
    roll_back_rollout(actor=alice, assistant_id=assistant.public_id)
    with tenant_scope(alice.organisation):
        rows = OutboxEvent.objects.for_organisation(alice.organisation).filter(kind__startswith="rollout.")
        assert [row.kind for row in rows.order_by("id")] == ["rollout.started", "rollout.rolled_back"]


# --- Figures ---


def answered(actor: Actor, assistant: Assistant, number: int, *, state: str, feedback: str = "") -> None:
    """An answer of a version, as the turn's own close leaves it."""
    with tenant_scope(assistant.organisation_id):
        version = Version.objects.for_organisation(assistant.organisation_id).get(number=number)
    conversation = make_conversation(actor, assistant)
    with tenant_scope(actor.organisation):
        turn = Turn.objects.create(
            organisation=actor.organisation,
            surface="chat",
            assistant_id=assistant.public_id,
            assistant_name=assistant.name,
            version_id=version.public_id,
            creator_organisation_id=assistant.organisation_id,
            model_id="fake/chat",
            state=state,
            question="SECRET QUESTION",
            answer="SECRET ANSWER",
            input_tokens=80,
            output_tokens=20,
            price={"input_per_million": 1_000_000, "output_per_million": 5_000_000, "currency": "EUR"},
            finished_at=timezone.now(),
            verification={"verdict": "supported"},
        )
        Message.objects.create(
            organisation=actor.organisation,
            conversation=conversation,
            role="assistant",
            turn=turn,
            feedback=feedback,
        )


def test_both_versions_stand_beside_each_other_in_counts(
    alice: Actor, bob: Actor, assistant: Assistant
) -> None:
    roll_out(alice, assistant, 50)
    answered(bob, assistant, 1, state="failed")
    answered(bob, assistant, 1, state="complete", feedback="down")
    answered(bob, assistant, 2, state="complete", feedback="up")
    answered(bob, assistant, 2, state="stopped")
    answer = api_client_for(alice).get(f"/api/v1/assistants/{assistant.public_id}/rollout")
    found = answer.json()
    base, candidate = found["base"], found["candidate"]
    assert (base["answers"], base["failed_share"], base["thumbs_down"]) == (2, 0.5, 1)
    assert (candidate["stopped_share"], candidate["thumbs_up"], candidate["supported_share"]) == (0.5, 1, 1.0)
    assert (candidate["tokens_an_answer"], candidate["cost_an_answer"]) == (100.0, 180)
    assert base["conversations"] + candidate["conversations"] == 4
    assert (found["answers"], found["opinions"]) == ("too_few", "too_few")
    assert "SECRET" not in answer.content.decode()


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((5, 10, 9, 10), "too_few"),
        ((50, 100, 55, 100), "alike"),
        ((500, 1000, 600, 1000), "better"),
        ((95, 100, 60, 100), "worse"),
    ],
)
def test_small_differences_of_few_are_not_called_differences(
    counts: tuple[int, int, int, int], verdict: str
) -> None:
    assert told_apart(*counts) == verdict


# --- REST and page ---


def test_over_rest_it_begins_grows_and_ends(alice: Actor, charlie: Actor, assistant: Assistant) -> None:
    address, client = f"/api/v1/assistants/{assistant.public_id}/rollout", api_client_for(alice)
    assert client.get(address).status_code == 404
    begun = client.put(address, {"version": "draft", "share": 5})
    assert (begun.status_code, begun.json()["version"], begun.json()["share"]) == (200, 2, 5), begun.json()
    assert api_client_for(charlie).get(address).status_code == 404
    assert client.put(address, {"version": "2", "share": 7}).json()["share"] == 7
    assert client.delete(address).status_code == 204
    assert client.put(address, {"version": "2", "share": 50}).status_code == 200
    assert client.post(f"{address}/promote", {}).status_code == 204
    assert client.get(address).status_code == 404


def test_the_page_shows_it_and_ends_it(alice: Actor, assistant: Assistant) -> None:
    roll_out(alice, assistant, 25)
    browser = client_for(alice)
    page = browser.get(f"/build/{assistant.public_id}/versions").content.decode()
    assert "25% of new conversations" in page
    browser.post(f"/build/{assistant.public_id}/rollout/promote")
    assert present_publication(alice, assistant).live_version.number == 2
