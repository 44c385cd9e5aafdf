"""Calls of actions in a chat: made, asked about, refused, and gone on with, over real HTTP."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import orjson
import pytest
from asgiref.sync import async_to_sync

from assistants.actions.calling.breaker import FIRST_REST, Breaker, ServiceResting
from assistants.actions.models import ActionCall, Confirmation
from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
PATHS = {
    "/tasks": {
        "get": {
            "operationId": "listTasks",
            "summary": "List tasks",
            "parameters": [{"name": "owner", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}},
        },
        "post": {
            "operationId": "addTask",
            "summary": "Add a task",
            "requestBody": {"required": True, "content": {"application/json": {"schema": TITLE}}},
            "responses": {"201": {"description": "made"}},
        },
    }
}


class Tasks:
    """A small service on loopback, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked.append((self.command, self.path, body))
                said = orjson.dumps({"tasks": [{"title": "Water the plants"}]})
                self.send_response(201 if self.command == "POST" else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = _answer

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def tasks(settings: Any) -> Iterator[Tasks]:
    service = Tasks()
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, service.url.removeprefix("http://")]
    yield service
    service.stop()


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


@pytest.fixture
def assistant(alice: Actor, tasks: Tasks, model_server: ModelServer) -> Assistant:
    made = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    make_action(alice, made, document_of(tasks.url, PATHS))
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    return made


def ask(api: httpx2.Client, alice: Actor, assistant: Assistant, text: str) -> Any:
    conversation = make_conversation(alice, assistant)
    response = api.post(f"/api/v1/conversations/{conversation.public_id}/messages", json={"text": text})
    assert response.status_code == 200, response.text
    return response.json()["message"]


def calls(alice: Actor) -> list[ActionCall]:
    with tenant_scope(alice.organisation):
        return list(ActionCall.objects.for_organisation(alice.organisation).order_by("id"))


def test_a_read_is_made_at_once(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[("listTasks", {"owner": "Ada"})])
    model_server.answer("Water the plants.")
    message = ask(api, alice, assistant, "What is open for Ada?")
    assert message["state"] == "complete"
    assert tasks.asked == [("GET", "/tasks?owner=Ada", b"")]
    assert "Water the plants" in message["tool_calls"][0]["detail"]["answer"]
    (call,) = calls(alice)
    assert (call.outcome, call.status, call.operation) == ("answered", 200, "listTasks")


def test_a_write_waits_for_a_word(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[("addTask", {"title": "Call Bob"})])
    model_server.answer("It is on the list.")
    message = ask(api, alice, assistant, "Put: Call Bob on my list")
    assert message["state"] == "requires_action"
    (wanted,) = message["requires_action"]["confirmations"]
    assert wanted["arguments"] == {"title": "Call Bob"}
    assert tasks.asked == []
    url = f"/api/v1/turns/{message['turn']}/confirmations/{wanted['id']}"
    answered = api.post(url, json={"decision": "allow", "arguments": {"title": "Call Robert"}})
    assert answered.status_code == 200, answered.text
    with api.stream("GET", f"/api/v1/turns/{message['turn']}/events") as stream:
        text = "".join(stream.iter_text())
    assert "It is on the list." in text
    assert [(verb, orjson.loads(body)) for verb, _path, body in tasks.asked] == [
        ("POST", {"title": "Call Robert"})
    ]
    assert api.post(url, json={"decision": "allow"}).status_code == 409
    assert api.get(f"/api/v1/turns/{message['turn']}").json()["state"] == "complete"


def test_a_refused_write_is_told_to_the_model(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[("addTask", {"title": "Call Bob"})])
    model_server.answer("Then not.")
    message = ask(api, alice, assistant, "Put: Call Bob on my list")
    wanted = message["requires_action"]["confirmations"][0]["id"]
    api.post(f"/api/v1/turns/{message['turn']}/confirmations/{wanted}", json={"decision": "deny"})
    with api.stream("GET", f"/api/v1/turns/{message['turn']}/events") as stream:
        assert "Then not." in "".join(stream.iter_text())
    assert tasks.asked == []
    assert "refused this call" in str(model_server.chats[-1].body)
    with tenant_scope(alice.organisation):
        states = Confirmation.objects.for_organisation(alice.organisation).values_list("state", flat=True)
        assert list(states) == ["denied"]


def test_characters_that_nothing_can_keep_are_told_to_the_model(
    api: httpx2.Client, alice: Actor, assistant: Assistant, model_server: ModelServer, tasks: Tasks
) -> None:
    model_server.answer(tool_calls=[("listTasks", {"owner": "a\x00b"}), ("addTask", {"title": "a\x00b"})])
    model_server.answer("Then not.")
    message = ask(api, alice, assistant, "What is open?")
    assert (message["state"], message["text"]) == ("complete", "Then not.")
    assert "NUL" in str(model_server.chats[-1].body)
    assert tasks.asked == []


def test_calls_that_fail_together_rest_a_service_once() -> None:
    breaker = Breaker("act_x", "api.example")

    async def fail_together() -> None:
        await asyncio.gather(*(breaker.failed() for _call in range(12)))

    async_to_sync(fail_together)()
    with pytest.raises(ServiceResting) as caught:
        async_to_sync(breaker.check)()
    assert caught.value.context["seconds"] <= FIRST_REST
