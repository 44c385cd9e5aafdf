"""Questions that are kept as tests: by hand, from the preview, by the builder."""

from typing import Any

import pytest
from django.test import Client

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.purge_assistants import purge_assistants
from assistants.building.models import Assistant
from assistants.evaluation import models as evaluation
from assistants.evaluation.actions.add_test_case import MAX_TESTS, TooManyTests, add_test_case
from assistants.evaluation.actions.remove_test_case import remove_test_case
from kernel import registries
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


@pytest.fixture
def viewer(alice: Actor, assistant: Assistant) -> Actor:
    """Somebody who may see the assistant, but not change it."""
    member = add_member(alice.organisation, make_user("vera@example.org"), Role.BUILDER)
    share(alice, assistant.public_id, member, Level.VIEW)
    return member


def kept(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        rows = evaluation.TestCase.objects.for_organisation(actor.organisation).order_by("id")
        return [row.question for row in rows]


def call(actor: Actor, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {api_key_for(actor)}"}
    return Client().generic(method, path, data=body or "", content_type="application/json", headers=headers)


def address(assistant: Assistant, test: str = "") -> str:
    return f"/api/v1/assistants/{assistant.public_id}/tests{test}"


def test_a_question_is_kept_with_what_a_good_answer_holds(alice: Actor, assistant: Assistant) -> None:
    made = add_test_case(
        actor=alice, assistant_id=assistant.public_id, question=" When? ", expected="On Monday"
    )
    assert (made.question, made.expected, made.source) == ("When?", "On Monday", "hand")
    assert made.created_by == alice.user


def test_the_same_question_is_kept_once_and_learns_what_is_expected(
    alice: Actor, assistant: Assistant
) -> None:
    first = add_test_case(actor=alice, assistant_id=assistant.public_id, question="When?")
    again = add_test_case(
        actor=alice, assistant_id=assistant.public_id, question="When?", expected="On Monday"
    )
    assert (again.public_id, again.expected) == (first.public_id, "On Monday")
    assert kept(alice) == ["When?"]


@pytest.mark.parametrize("question", ["", "  ", "\x00", "x" * 32_001])
def test_an_empty_or_endless_question_is_refused(alice: Actor, assistant: Assistant, question: str) -> None:
    with pytest.raises(InvalidInput):
        add_test_case(actor=alice, assistant_id=assistant.public_id, question=question)


def test_there_is_an_end_to_how_many(alice: Actor, assistant: Assistant) -> None:
    keep = registries.test_keeper.get()
    assert keep(alice, assistant.public_id, [f"Question {n}?" for n in range(MAX_TESTS + 20)]) == MAX_TESTS
    with pytest.raises(TooManyTests):
        add_test_case(actor=alice, assistant_id=assistant.public_id, question="One more?")
    assert len(kept(alice)) == MAX_TESTS


def test_the_builder_keeps_questions_through_the_slot_alone_or_in_a_transaction(
    alice: Actor, assistant: Assistant
) -> None:
    keep = registries.test_keeper.get()
    assert keep(alice, assistant.public_id, ["One?", "", "Two?", "One?"]) == 2
    with tenant_scope(alice.organisation):
        assert keep(alice, assistant.public_id, ["Two?", "Three?"]) == 1
    assert kept(alice) == ["One?", "Two?", "Three?"]


def test_those_who_only_see_it_may_not_keep_or_remove(
    alice: Actor, bob: Actor, viewer: Actor, assistant: Assistant
) -> None:
    made = add_test_case(actor=alice, assistant_id=assistant.public_id, question="When?")
    for actor in (bob, viewer):
        with pytest.raises(PermissionDenied):
            add_test_case(actor=actor, assistant_id=assistant.public_id, question="Why?")
        with pytest.raises(PermissionDenied):
            remove_test_case(actor=actor, assistant_id=assistant.public_id, test_id=made.public_id)
        with pytest.raises(PermissionDenied):
            registries.test_keeper.get()(actor, assistant.public_id, ["Why?"])
    assert kept(alice) == ["When?"]


def test_an_outsider_and_a_missing_id_get_the_same_answer(
    alice: Actor, charlie: Actor, assistant: Assistant
) -> None:
    made = add_test_case(actor=alice, assistant_id=assistant.public_id, question="When?")
    with pytest.raises(NotFound):
        remove_test_case(actor=charlie, assistant_id=assistant.public_id, test_id=made.public_id)
    with pytest.raises(NotFound):
        remove_test_case(actor=alice, assistant_id=assistant.public_id, test_id="test_missing")
    other = make_assistant(alice)
    with pytest.raises(NotFound):
        remove_test_case(actor=alice, assistant_id=other.public_id, test_id=made.public_id)


def test_over_rest_they_are_kept_read_and_removed(alice: Actor, assistant: Assistant) -> None:
    answer = call(alice, "POST", address(assistant), '{"question": "When?", "source": "preview"}')
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert set(made) == {"id", "question", "expected", "source", "required", "created_by", "created_at"}
    assert (made["id"][:5], made["source"]) == ("test_", "preview")
    assert call(alice, "GET", address(assistant)).json()["results"] == [made]
    one = address(assistant, f"/{made['id']}")
    assert call(alice, "GET", one).json() == made
    assert call(alice, "DELETE", one).status_code == 204
    assert call(alice, "GET", one).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [("{}", "question"), ('{"question": "a", "x": 1}', "x"), ('{"question": "a", "source": "builder"}', "source")],
)  # fmt: skip
def test_wrong_input_names_the_field(alice: Actor, assistant: Assistant, body: str, field: str) -> None:
    answer = call(alice, "POST", address(assistant), body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_over_rest_outsiders_find_nothing(alice: Actor, charlie: Actor, assistant: Assistant) -> None:
    assert call(charlie, "GET", address(assistant)).status_code == 404
    assert call(charlie, "POST", address(assistant), '{"question": "When?"}').status_code == 404


def test_the_page_keeps_lists_and_removes(alice: Actor, assistant: Assistant) -> None:
    client, path = client_for(alice), f"/build/{assistant.public_id}/tests"
    assert "No tests yet" in client.get(path).content.decode()
    assert client.post(f"{path}/add", {"question": "<b>When?</b>", "expected": ""}).status_code == 302
    body = client.get(path).content.decode()
    assert "&lt;b&gt;When?" in body and "No tests yet" not in body
    with tenant_scope(alice.organisation):
        row = evaluation.TestCase.objects.for_organisation(alice.organisation).get()
    assert client.post(f"{path}/{row.public_id}/remove").status_code == 302
    assert kept(alice) == []


def test_a_refused_form_keeps_what_was_typed(alice: Actor, assistant: Assistant) -> None:
    answer = client_for(alice).post(
        f"/build/{assistant.public_id}/tests/add", {"question": "", "expected": "Words that took time"}
    )
    assert answer.status_code == 400
    assert "Words that took time" in answer.content.decode()


def test_who_may_only_see_it_reads_tests_without_buttons(
    viewer: Actor, alice: Actor, assistant: Assistant
) -> None:
    add_test_case(actor=alice, assistant_id=assistant.public_id, question="When?")
    body = client_for(viewer).get(f"/build/{assistant.public_id}/tests").content.decode()
    assert "When?" in body
    assert "/tests/add" not in body and "/remove" not in body


def test_many_tests_come_in_pages_at_the_same_cost(alice: Actor, assistant: Assistant) -> None:
    registries.test_keeper.get()(alice, assistant.public_id, [f"Question {n}?" for n in range(60)])
    client, path = client_for(alice), f"/build/{assistant.public_id}/tests"
    first = client.get(path)
    body = first.content.decode()
    assert body.count("<li class") == 50
    cursor = body.partition("cursor=")[2].partition('"')[0]
    assert client.get(f"{path}?cursor={cursor}").content.decode().count("<li class") == 10


def test_the_tab_counts_them(alice: Actor, assistant: Assistant) -> None:
    registries.test_keeper.get()(alice, assistant.public_id, ["One?", "Two?"])
    body = client_for(alice).get(f"/build/{assistant.public_id}/configure").content.decode()
    tab = body.partition(f'/build/{assistant.public_id}/tests"')[2].partition("</a>")[0]
    assert "Tests" in tab and ">2<" in tab


def test_they_go_with_their_assistant(alice: Actor, assistant: Assistant) -> None:
    add_test_case(actor=alice, assistant_id=assistant.public_id, question="When?")
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    with across_organisations(reason="test"):
        Assistant.objects.across_organisations(reason="test").update(deleted_at="2020-01-01T00:00:00Z")
    assert purge_assistants() == 1
    assert kept(alice) == []
