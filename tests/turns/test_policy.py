"""A model that a policy forbids answers nobody, whichever way the question comes in."""

import pytest

from assistants.chat.actions.start_conversation import start_conversation
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("policy", [{"models": []}, {"providers": ["bottega"]}, {"regions": ["this server"]}])
def test_a_chat_is_refused_with_a_sentence(
    live_app: LiveApp, alice: Actor, model_server: ModelServer, policy: dict[str, list[str]]
) -> None:
    conversation = make_conversation(alice, make_published(alice))
    set_policy(actor=alice, document={"models": policy})
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(
            f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": "When?"}
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "model_forbidden")
    assert "The policy of Harbour & Pine does not allow the model" in answer.json()["detail"]
    assert model_server.requests == []


def test_so_are_v1_and_the_preview(live_app: LiveApp, alice: Actor, model_server: ModelServer) -> None:
    assistant = make_published(alice)
    set_policy(actor=alice, document={"models": {"models": ["bottega/quote"]}})
    body = {"model": assistant.public_id, "messages": [{"role": "user", "content": "When?"}]}
    with live_app.client(api_key_for(alice)) as client:
        completion = client.post("/v1/chat/completions", json=body)
        preview = client.post(f"/api/v1/assistants/{assistant.public_id}/preview", json={"text": "When?"})
        other_model = client.post(
            f"/api/v1/assistants/{assistant.public_id}/preview", json={"text": "When?", "model": "fake/chat"}
        )
    assert (completion.status_code, completion.json()["error"]["code"]) == (403, "model_forbidden")
    assert [preview.status_code, other_model.status_code] == [403, 403]
    assert model_server.requests == []


def test_who_asks_is_bound_by_their_own_organisation(
    live_app: LiveApp, alice: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    assistant = make_published(alice, visibility="public")
    set_policy(actor=charlie, document={"models": {"models": []}})
    body = {"model": _slug(alice, assistant), "messages": [{"role": "user", "content": "When?"}]}
    with live_app.client(api_key_for(charlie)) as client:
        answer = client.post("/v1/chat/completions", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "model_forbidden")
    assert "Foxglove" in answer.json()["error"]["message"]


def test_the_creators_organisation_binds_everybody_and_is_not_named(
    live_app: LiveApp, alice: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    assistant = make_published(alice, visibility="public")
    conversation = start_conversation(actor=charlie, reference=_slug(alice, assistant))
    set_policy(actor=alice, document={"models": {"models": []}})
    with live_app.client(api_key_for(charlie)) as client:
        answer = client.post(
            f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": "When?"}
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "model_forbidden")
    assert "Harbour" not in answer.text


def test_what_is_allowed_answers(live_app: LiveApp, alice: Actor, model_server: ModelServer) -> None:
    conversation = make_conversation(alice, make_published(alice))
    set_policy(actor=alice, document={"models": {"models": ["fake/chat"], "providers": ["fake"]}})
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(
            f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": "When?"}
        )
    assert answer.status_code == 200


def _slug(actor: Actor, assistant: object) -> str:
    from assistants.building.models import Assistant
    from tests.factories.building import present_publication

    assert isinstance(assistant, Assistant)
    return str(present_publication(actor, assistant).slug)
