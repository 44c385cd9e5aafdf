"""Who gets the plan of what: the access matrix of publications, and what a plan holds."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistants.building import plans
from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Publication
from assistants.building.plans import (
    PublicationUnavailable,
    plan_for_draft,
    plan_for_publication,
    plan_for_version,
)
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.queries import anonymous_actor
from tests.factories.building import make_assistant, make_publication, make_source, present_publication

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = {"alice", "bob", "charlie", "anonymous"}
MAY_USE = {
    "private": {"alice"},
    "organisation": {"alice", "bob"},
    "link": EVERYBODY,
    "public": EVERYBODY,
}


@pytest.fixture
def people(alice: Actor, bob: Actor, charlie: Actor) -> dict[str, Actor]:
    return {"alice": alice, "bob": bob, "charlie": charlie, "anonymous": anonymous_actor()}


def set_state(actor: Actor, state: str) -> None:
    with tenant_scope(actor.organisation):
        Publication.objects.for_organisation(actor.organisation).update(state=state)


@pytest.mark.parametrize("visibility", MAY_USE)
def test_a_live_one_is_for_those_whom_it_was_opened_to(people: dict[str, Actor], visibility: str) -> None:
    publication = make_publication(people["alice"], visibility, "Ada")
    for name, actor in people.items():
        for reference in (publication.slug, publication.public_id):
            if name in MAY_USE[visibility]:
                assert plan_for_publication(actor, reference).assistant_name == "Ada", name
            else:
                with pytest.raises(NotFound):
                    plan_for_publication(actor, reference)


@pytest.mark.parametrize("state", ["unpublished", "suspended"])
@pytest.mark.parametrize("visibility", MAY_USE)
def test_one_that_is_not_live_is_for_nobody(people: dict[str, Actor], visibility: str, state: str) -> None:
    publication = make_publication(people["alice"], visibility)
    set_state(people["alice"], state)
    for name, actor in people.items():
        refusal = PublicationUnavailable if name == "alice" else NotFound
        with pytest.raises(refusal):
            plan_for_publication(actor, publication.slug)
        with pytest.raises(PublicationUnavailable):
            plan_for_publication(actor, publication.slug, used_before=True)


def test_missing_foreign_and_withdrawn_look_alike_from_outside(alice: Actor, charlie: Actor) -> None:
    private, gone = make_publication(alice, "private"), make_publication(alice, "public")
    unpublish(actor=alice, assistant_id=gone.assistant.public_id)
    answers = set()
    references = (
        private.slug,
        private.public_id,
        gone.slug,
        "no-such-thing",
        "pub_missing",
        gone.assistant.public_id,
    )
    for reference in references:
        with pytest.raises(NotFound) as raised:
            plan_for_publication(charlie, reference)
        answers.add((type(raised.value), raised.value.message))
    assert len(answers) == 1


def test_withdrawing_is_seen_by_the_next_question(alice: Actor, charlie: Actor) -> None:
    publication = make_publication(alice, "public")
    plan_for_publication(charlie, publication.slug)
    unpublish(actor=alice, assistant_id=publication.assistant.public_id)
    with pytest.raises(NotFound):
        plan_for_publication(charlie, publication.slug)


def test_narrowing_is_seen_by_the_next_question(alice: Actor, charlie: Actor) -> None:
    publication = make_publication(alice, "public")
    plan_for_publication(charlie, publication.slug)
    set_publication(actor=alice, assistant_id=publication.assistant.public_id, visibility="organisation")
    with pytest.raises(NotFound):
        plan_for_publication(charlie, publication.slug)


def test_deleting_is_seen_by_the_next_question(alice: Actor, bob: Actor) -> None:
    publication = make_publication(alice, "organisation")
    plan_for_publication(bob, publication.slug)
    delete_assistant(actor=alice, assistant_id=publication.assistant.public_id)
    for reference in (publication.slug, publication.assistant.public_id):
        with pytest.raises(NotFound):
            plan_for_publication(bob, reference)


def test_a_new_version_is_used_by_the_next_question(alice: Actor, charlie: Actor) -> None:
    assistant = make_publication(alice, "public", "Ada").assistant
    slug = present_publication(alice, assistant).slug
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "New role"}})
    assert "New role" not in plan_for_publication(charlie, slug).system_prompt
    publish_version(actor=alice, assistant_id=assistant.public_id)
    plan = plan_for_publication(charlie, slug)
    assert "New role" in plan.system_prompt
    assert plan.version_number == 2


def test_an_assistants_id_is_for_its_own_organisation(people: dict[str, Actor]) -> None:
    publication = make_publication(people["alice"], "organisation", "Ada")
    identity = publication.assistant.public_id
    assert plan_for_publication(people["alice"], identity).version_number == 1
    assert plan_for_publication(people["bob"], identity).version_number == 1
    for name in ("charlie", "anonymous"):
        with pytest.raises(NotFound):
            plan_for_publication(people[name], identity)


def test_without_a_version_an_assistants_id_is_its_draft_for_builders_only(alice: Actor, bob: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    plan = plan_for_publication(alice, assistant.public_id)
    assert (plan.version_id, plan.publication_id, plan.assistant_name) == (None, None, "Ada")
    with pytest.raises(NotFound):
        plan_for_publication(bob, assistant.public_id)


def test_a_key_without_the_building_scope_gets_no_draft(alice: Actor) -> None:
    assistant = make_assistant(alice)
    narrow = replace(alice, permissions=frozenset())
    with pytest.raises(NotFound):
        plan_for_publication(narrow, assistant.public_id)
    with pytest.raises(PermissionDenied):
        plan_for_draft(narrow, assistant.public_id)
    with pytest.raises(PermissionDenied):
        plan_for_version(narrow, assistant.public_id, 1)


def test_a_plan_holds_what_a_turn_needs(alice: Actor) -> None:
    assistant = make_assistant(
        alice,
        "Ada",
        model={"parameters": {"temperature": 0.3}},
        answer_policy={"grounding": "only", "citations": False, "not_enough_information": "Ask Ana."},
        knowledge={"top_k": 4, "budget_tokens": 900},
    )
    document = make_source(alice, assistant)
    plan = plan_for_draft(alice, assistant.public_id)
    assert plan.assistant_id == assistant.public_id
    assert plan.creator_organisation_id == alice.organisation.pk
    assert (plan.model_id, dict(plan.parameters)) == ("bottega/quote", {"temperature": 0.3})
    assert (plan.grounding, plan.citations, plan.not_enough_information) == ("only", False, "Ask Ana.")
    assert (plan.top_k, plan.budget_tokens) == (4, 900)
    assert plan.knowledge is not None
    assert plan.knowledge.document_ids == (document.pk,)
    assert plan.knowledge.source_set_ids == (assistant.source_set_id,)


def test_a_version_searches_its_own_manifest(alice: Actor, charlie: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    first = make_source(alice, assistant, "one.txt")
    publish_version(actor=alice, assistant_id=assistant.public_id)
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
    second = make_source(alice, assistant, "two.txt")
    plan = plan_for_publication(charlie, present_publication(alice, assistant).slug)
    assert plan.knowledge is not None
    assert plan.knowledge.organisation_id == alice.organisation.pk
    assert plan.knowledge.document_ids == (first.pk,)
    assert plan_for_version(alice, assistant.public_id, 1).knowledge == replace(plan.knowledge, groups=None)
    draft = plan_for_draft(alice, assistant.public_id).knowledge
    assert draft is not None
    assert draft.document_ids == (first.pk, second.pk)


def test_another_model_can_be_tried(alice: Actor) -> None:
    assistant = make_assistant(alice)
    assert (
        plan_for_draft(alice, assistant.public_id, model="bottega/smollm2-135m").model_id
        == "bottega/smollm2-135m"
    )


def test_a_known_publication_costs_one_query_and_its_version_none(alice: Actor, charlie: Actor) -> None:
    slug = make_publication(alice, "public").slug
    plans._cache.clear()
    first = plan_for_publication(charlie, slug)
    with CaptureQueriesContext(connection) as queries:
        assert plan_for_publication(charlie, slug) is first
    selects = [q["sql"] for q in queries if "building_" in q["sql"]]
    assert len(selects) == 1
    with tenant_scope(charlie.organisation), CaptureQueriesContext(connection) as queries:
        plan_for_publication(charlie, slug)
    assert len(queries) == 1


def test_the_cache_of_versions_stays_small(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "CACHED_VERSIONS", 2)
    for publication in [make_publication(alice) for _ in range(3)]:
        plan_for_publication(alice, publication.slug)
    assert len(plans._cache) == 2
