"""Preview: the draft answers its builder, and shows what happened inside."""

from typing import Any

import orjson
import pytest

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.turns.models import Turn
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.building import make_assistant
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)


def address(assistant: Assistant) -> str:
    return f"/api/v1/assistants/{assistant.public_id}/preview"


def events_of(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], orjson.loads(lines["data"])))
    return found


@pytest.fixture
def draft(alice: Actor, model_server: ModelServer) -> Assistant:
    """An assistant whose draft answers through the scripted model."""
    return make_assistant(alice, "Ada", model={"id": "fake/chat"}, instructions={"role": "You answer."})


def test_the_draft_answers_whole_with_a_trace(live_app: LiveApp, alice: Actor, draft: Assistant) -> None:
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(address(draft), json={"text": "Hello"})
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["message"]["state"] == "complete"
    assert body["message"]["text"]
    trace = body["trace"]
    assert "You answer." in trace["prompt"]
    assert (trace["model"], trace["version"], trace["passages"]) == ("fake/chat", None, [])
    assert trace["usage"]["output_tokens"] > 0
    assert trace["cost"]["currency"] == "EUR"
    assert trace["times"]["total"] >= trace["times"]["first_word"]
    with tenant_scope(alice.organisation):
        turn = Turn.objects.for_organisation(alice.organisation).get(public_id=body["turn"])
        assert turn.surface == "preview"


def test_the_stream_ends_with_the_trace(live_app: LiveApp, alice: Actor, draft: Assistant) -> None:
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(address(draft), json={"text": "Hello", "stream": True})
    events = events_of(answer.text)
    names = [name for name, _data in events]
    assert names[0] == "message.started"
    assert names[-2:] == ["message.finished", "trace"]
    finished, trace = events[-2][1]["message"], events[-1][1]
    assert "".join(data["text"] for name, data in events if name == "text.delta") == finished["text"]
    assert trace["usage"] == finished["usage"]


def test_browsers_get_the_answer_as_safe_html(
    live_app: LiveApp, alice: Actor, draft: Assistant, model_server: ModelServer
) -> None:
    model_server.answer("**Bold** <script>alert(1)</script>")
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(f"{address(draft)}?render=html", json={"text": "Hello", "stream": True})
    painted = [data["html"] for name, data in events_of(answer.text) if name == "html"]
    assert "<strong>Bold</strong>" in painted[-1]
    assert "<script" not in painted[-1]


def test_a_version_is_tried_as_it_was_published(live_app: LiveApp, alice: Actor, draft: Assistant) -> None:
    publish_version(actor=alice, assistant_id=draft.public_id)
    update_draft(actor=alice, assistant_id=draft.public_id, patch={"instructions": {"role": "Changed."}})
    with live_app.client(api_key_for(alice)) as client:
        old = client.post(address(draft), json={"text": "Hello", "version": 1}).json()["trace"]
        new = client.post(address(draft), json={"text": "Hello"}).json()["trace"]
        missing = client.post(address(draft), json={"text": "Hello", "version": 9})
    assert (old["version"], "You answer." in old["prompt"]) == (1, True)
    assert "Changed." in new["prompt"]
    assert missing.status_code == 404


def test_another_model_is_tried_without_touching_the_draft(
    live_app: LiveApp, alice: Actor, draft: Assistant
) -> None:
    with live_app.client(api_key_for(alice)) as client:
        trace = client.post(address(draft), json={"text": "Hello", "model": "bottega/quote"}).json()["trace"]
        unknown = client.post(address(draft), json={"text": "Hello", "model": "fake/none"})
    assert trace["model"] == "bottega/quote"
    assert (unknown.status_code, unknown.json()["code"]) == (404, "model_not_found")


def test_what_was_said_before_goes_along(
    live_app: LiveApp, alice: Actor, draft: Assistant, model_server: ModelServer
) -> None:
    history = [{"role": "user", "text": "My name is Mo"}, {"role": "assistant", "text": "Hello Mo"}]
    with live_app.client(api_key_for(alice)) as client:
        client.post(address(draft), json={"text": "Who am I?", "history": history})
    assert "Hello Mo" in orjson.dumps(model_server.requests[-1].body).decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "text"), ({"text": "  "}, "text"), ({"text": 5}, "text"), ({"text": "a", "x": 1}, "x"),
     ({"text": "a", "version": 0}, "version"), ({"text": "a", "history": [{"role": "system", "text": "x"}]}, "history.0.role")],
)  # fmt: skip
def test_wrong_questions_name_the_field(
    live_app: LiveApp, alice: Actor, draft: Assistant, body: Any, field: str
) -> None:
    with live_app.client(api_key_for(alice)) as client:
        answer = client.post(address(draft), json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_only_builders_of_the_organisation_may_try_it(
    live_app: LiveApp, alice: Actor, bob: Actor, charlie: Actor, draft: Assistant
) -> None:
    narrow = api_key_for(alice, scopes=[Permission.USE_ASSISTANTS])
    wanted = {"": 401, api_key_for(bob): 403, narrow: 403, api_key_for(charlie): 404}
    for key, status in wanted.items():
        with live_app.client(key) as client:
            assert client.post(address(draft), json={"text": "Hello"}).status_code == status
