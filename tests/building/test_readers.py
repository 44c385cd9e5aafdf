"""Two members and one restricted source: who is answered from it, on every way to an answer."""

import asyncio
from dataclasses import replace

import pytest

from assistants.building.actions.publish import publish
from assistants.building.actions.set_publication import set_publication
from assistants.building.models import Assistant
from assistants.building.plans import plan_for_draft, plan_for_publication, plan_for_version
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.models import Source, SourceAudience
from assistants.knowledge.retrieval import found_for
from assistants.knowledge.search_tool import SEARCH
from assistants.turns.plan import AssistantPlan
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_group import create_group
from organisations.actions.remove_from_group import remove_from_group
from organisations.actors import Actor
from organisations.models import Group, Membership
from organisations.queries import anonymous_actor
from tests.factories.building import make_assistant, present_publication
from tests.factories.organisations import add_member, make_user
from tests.factories.turns import turn_context
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "What does the board pay for the villa?"


@pytest.fixture
def dora(alice: Actor) -> Actor:
    """A member who is in no group."""
    return add_member(alice.organisation, make_user("dora@example.org", name="Dora Lane"))


@pytest.fixture
def group(alice: Actor, bob: Actor) -> Group:
    made = create_group(actor=alice, name="Board")
    add_to_group(actor=alice, group_id=made.public_id, membership_ids=[place_of(bob)])
    return made


@pytest.fixture
def assistant(alice: Actor, group: Group, run_jobs: RunJobs) -> Assistant:
    """Published to everybody, with one source for the board and one for all."""
    made = make_assistant(alice, "Ada", model={"id": "bottega/quote"})
    with tenant_scope(alice.organisation):
        source_set = made.source_set
    secret = add_text(
        actor=alice, source_set=source_set, title="Board", text="The board pays 900 euros for the villa."
    )
    add_text(actor=alice, source_set=source_set, title="House", text="The villa is open on Sundays for all.")
    run_jobs()
    with tenant_scope(alice.organisation):
        Source.objects.for_organisation(alice.organisation).filter(pk=secret.source.pk).update(
            restricted=True
        )
        SourceAudience.objects.create(organisation=alice.organisation, source=secret.source, group=group)
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


def place_of(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        row = Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id)
    return str(row.public_id)


def titles(plan: AssistantPlan) -> set[str]:
    assert plan.knowledge is not None
    return {passage.title for passage in found_for(plan.knowledge, QUESTION, plan.knobs).passages}


def test_members_are_answered_by_their_groups(
    alice: Actor, bob: Actor, dora: Actor, assistant: Assistant
) -> None:
    slug = present_publication(alice, assistant).slug
    for reference in (slug, assistant.public_id):
        assert titles(plan_for_publication(bob, reference)) == {"Board", "House"}
        assert titles(plan_for_publication(dora, reference)) == {"House"}
        # Their order says nothing: the plan of a version is kept in the process.
        assert titles(plan_for_publication(bob, reference)) == {"Board", "House"}


def test_leaving_a_group_counts_with_the_next_question(
    alice: Actor, bob: Actor, group: Group, assistant: Assistant
) -> None:
    slug = present_publication(alice, assistant).slug
    assert "Board" in titles(plan_for_publication(bob, slug))
    remove_from_group(actor=alice, group_id=group.public_id, membership_id=place_of(bob))
    assert titles(plan_for_publication(bob, slug)) == {"House"}


def test_machines_strangers_and_other_organisations_have_no_groups(
    alice: Actor, bob: Actor, charlie: Actor, assistant: Assistant
) -> None:
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
    slug = present_publication(alice, assistant).slug
    key = create_api_key(actor=bob, name="Key", scopes=bob.permissions)
    by_key = replace(bob, api_key_id=key.key.pk)
    for actor in (by_key, charlie, anonymous_actor()):
        assert titles(plan_for_publication(actor, slug)) == {"House"}, actor.label


def test_those_who_build_see_every_source(alice: Actor, assistant: Assistant) -> None:
    assert titles(plan_for_draft(alice, assistant.public_id)) == {"Board", "House"}
    assert titles(plan_for_version(alice, assistant.public_id, 1)) == {"Board", "House"}


async def searched(plan: AssistantPlan) -> str:
    tool = SEARCH.make(turn_context(plan))
    return str((await tool.run({"query": QUESTION})).content)


def test_the_model_s_own_search_sees_no_more(
    alice: Actor, bob: Actor, dora: Actor, assistant: Assistant
) -> None:
    slug = present_publication(alice, assistant).slug
    assert "900" in asyncio.run(searched(plan_for_publication(bob, slug)))
    assert "900" not in asyncio.run(searched(plan_for_publication(dora, slug)))


def test_rest_asks_as_a_reader_would(
    alice: Actor, charlie: Actor, group: Group, assistant: Assistant
) -> None:
    client = api_client_for(alice)
    address = f"/api/v1/assistants/{assistant.public_id}/retrieve"

    def found(**more: object) -> set[str]:
        answer = client.post(address, {"query": QUESTION, **more})
        assert answer.status_code == 200, answer.json()
        return {passage["title"] for passage in answer.json()["passages"]}

    assert found() == {"Board", "House"}
    assert found(readers=[]) == {"House"}
    assert found(readers=[group.public_id]) == {"Board", "House"}
    foreign = create_group(actor=charlie, name="Board")
    for unknown in ("grp_missing", foreign.public_id):
        answer = client.post(address, {"query": QUESTION, "readers": [unknown]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "readers")


def test_the_model_may_name_tags_and_only_narrows_by_them(
    alice: Actor, bob: Actor, assistant: Assistant
) -> None:
    plan = plan_for_publication(bob, present_publication(alice, assistant).slug)
    with tenant_scope(alice.organisation):
        rows = Source.objects.for_organisation(alice.organisation)
        rows.filter(name="House").update(tags=["house"])

    async def found(tags: object) -> str:
        tool = SEARCH.make(turn_context(plan))
        return str((await tool.run({"query": QUESTION, "tags": tags})).content)

    assert "900" not in asyncio.run(found(["house"]))
    assert "Sundays" in asyncio.run(found(["house"]))
    assert "Nothing was found" in asyncio.run(found(["house", "other"]))
    for wrong in ("house", [1, None], []):
        assert "900" in asyncio.run(found(wrong))
