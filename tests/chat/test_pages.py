"""The pages of chats."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistants.chat.actions.post_message import post_message
from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.driver import identity_of
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

CITATION = {
    "number": 1, "document": "doc_x", "passage": "psg_x", "title": "Lease", "page": 7, "paragraph": 3,
    "heading": "Rent", "quote": "On the first.", "url": "x",
}  # fmt: skip


def answered(
    actor: Actor, conversation_id: str, text: str = "When?", answer: str = "On the **first** [1]."
) -> None:
    """Ask, and answer without a model."""
    _question, opened = post_message(actor=actor, conversation_id=conversation_id, text=text)
    outcome = Outcome(state="complete", text=answer, citations=[CITATION])
    close_turn(identity=identity_of(opened), outcome=outcome)


@pytest.fixture
def conversation_id(alice: Actor, model_server: ModelServer) -> str:
    return str(make_conversation(alice, make_published(alice)).public_id)


def test_an_empty_conversation_offers_the_starters(alice: Actor, model_server: ModelServer) -> None:
    assistant = make_published(
        alice, profile={"starters": ["When is rent due?"], "welcome_message": "Hello!"}
    )
    page = client_for(alice).get(f"/chats/{make_conversation(alice, assistant).public_id}").content.decode()
    assert "When is rent due?" in page
    assert "Hello!" in page


def test_an_answer_is_safe_markdown_with_its_sources(alice: Actor, conversation_id: str) -> None:
    answered(alice, conversation_id, answer="On the **first** [1] [2]. <script>alert(1)</script>")
    page = client_for(alice).get(f"/chats/{conversation_id}").content.decode()
    assert "<strong>first</strong>" in page
    assert 'data-citation="1"' in page
    assert 'data-citation="2"' not in page
    assert "<script>alert" not in page


def test_the_title_is_the_first_question(alice: Actor, conversation_id: str) -> None:
    answered(alice, conversation_id, text="When is   the rent due?")
    assert "When is the rent due?" in client_for(alice).get("/chats/").content.decode()


def test_a_conversation_is_nobody_elses(
    alice: Actor, bob: Actor, charlie: Actor, conversation_id: str
) -> None:
    for other in (bob, charlie):
        for path in ("", "/thread"):
            assert client_for(other).get(f"/chats/{conversation_id}{path}").status_code == 404
        for action in ("rename", "delete", "restore", "show"):
            assert (
                client_for(other).post(f"/chats/{conversation_id}/{action}", {"title": "x"}).status_code
                == 404
            )


def test_strangers_are_asked_to_sign_in(client, conversation_id: str) -> None:  # type: ignore[no-untyped-def]
    response = client.get(f"/chats/{conversation_id}")
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_a_deleted_conversation_can_be_brought_back(alice: Actor, conversation_id: str) -> None:
    client = client_for(alice)
    client.post(f"/chats/{conversation_id}/delete")
    assert client.get(f"/chats/{conversation_id}").status_code == 404
    assert "restore" in client.get("/chats/").content.decode()
    client.post(f"/chats/{conversation_id}/restore")
    assert client.get(f"/chats/{conversation_id}").status_code == 200


def test_an_edited_question_makes_a_branch_and_the_first_one_can_be_shown_again(
    alice: Actor, conversation_id: str
) -> None:
    answered(alice, conversation_id, text="When?", answer="First answer.")
    _question, opened = post_message(
        actor=alice, conversation_id=conversation_id, text="When exactly?", parent=""
    )
    close_turn(identity=identity_of(opened), outcome=Outcome(state="complete", text="Second answer."))
    client = client_for(alice)
    page = client.get(f"/chats/{conversation_id}").content.decode()
    assert "Second answer." in page
    assert "First answer." not in page
    assert "2/2" in page
    first = page.split('name="message" value="')[1].split('"')[0]
    shown = client.post(f"/chats/{conversation_id}/show", {"message": first}, headers={"HX-Request": "true"})
    assert "First answer." in shown.content.decode()


def test_feedback_is_kept_and_taken_back(alice: Actor, conversation_id: str) -> None:
    answered(alice, conversation_id)
    client = client_for(alice)
    document = client.get(f"/api/v1/conversations/{conversation_id}").json()
    url = f"/api/v1/messages/{document['messages'][1]['id']}/feedback"
    assert client.put(url, {"value": "up"}, content_type="application/json").json()["value"] == "up"
    assert client.put(url, {"value": "great"}, content_type="application/json").status_code == 400
    assert client.delete(url).status_code == 204
    assert client.get(f"/api/v1/conversations/{conversation_id}").json()["messages"][1]["feedback"] is None


def test_a_page_costs_the_same_queries_whatever_it_shows(alice: Actor, conversation_id: str) -> None:
    client = client_for(alice)
    counts = []
    for _ in range(3):
        answered(alice, conversation_id)
        make_conversation(alice, make_published(alice))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/chats/{conversation_id}")
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_withdrawn_assistant_says_so_and_takes_no_more_questions(
    alice: Actor, bob: Actor, model_server: ModelServer
) -> None:
    from assistants.building.actions.unpublish import unpublish
    from assistants.building.plans import PublicationUnavailable

    assistant = make_published(alice)
    conversation = make_conversation(bob, assistant)
    answered(bob, conversation.public_id)
    unpublish(actor=alice, assistant_id=assistant.public_id)
    with pytest.raises(PublicationUnavailable):
        post_message(actor=bob, conversation_id=conversation.public_id, text="Still there?")
    page = client_for(bob).get(f"/chats/{conversation.public_id}").content.decode()
    assert "was withdrawn" in page
    assert "<strong>first</strong>" in page
