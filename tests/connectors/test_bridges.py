"""Bridges: the webhook's address is a secret, and it gets exactly what was confirmed, once."""

import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from django.conf import settings as site
from django.core.management import call_command

from assistants.actions.connectors.catalogue import connector
from assistants.actions.models import Action, ActionCall, ActionRevision, Confirmation
from assistants.building.models import Assistant
from assistants.connections.models import Connection
from assistants.connections.queries import ref_of
from assistants.connections.refs import start_url
from assistants.turns.asking import asked_card
from assistants.turns.models import Turn
from assistants.turns.pausing import Paused
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.connectors.bridge_call import make_call, prepare_call
from tests.factories.building import make_assistant
from tests.fixtures.people import JsonClient, api_client_for, client_for
from tests.knowledge.test_killed_on_the_way import kill_amid

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-path-of-the-hook-5511"
FIELDS = [
    {"name": "title", "type": "text", "description": "What it is about."},
    {"name": "hours", "type": "number", "required": False},
]
PAYLOAD = {"title": "Oak floor", "hours": 7.5}


class Hook:
    """A webhook on loopback: what it got, and whether it lets go of those who ask."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        self.answering = threading.Event()
        self.answering.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                hook.got.append((self.path, self.headers.get("content-type", ""), body))
                hook.answering.wait(5)
                said = orjson.dumps({"status": "success", "request": f"{hook.url}{self.path}"})
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_arguments: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hook(settings: Any) -> Iterator[Hook]:
    made = Hook()
    settings.EGRESS_ALLOW = [made.host]
    yield made
    made.stop()


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


def add(api: JsonClient, assistant: Assistant, hook: Hook, **more: Any) -> dict[str, Any]:
    body = {
        "connector": "n8n",
        "name": "New job",
        "url": f"{hook.url}/webhook/{CANARY}?sig=7",
        "values": {"description": "Tell the workshop of a job.", "fields": FIELDS},
    } | more
    answer = api.post(f"/api/v1/assistants/{assistant.public_id}/actions", body)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def call_of(alice: Actor, assistant: Assistant, made: dict[str, Any]) -> dict[str, Any]:
    """A turn that wants to send the payload, as `bridge_call` takes it."""
    with tenant_scope(alice.organisation):
        turn = Turn.objects.create(
            organisation=alice.organisation,
            user=alice.user,
            surface="chat",
            assistant_id=assistant.public_id,
            assistant_name="Ada",
            creator_organisation_id=alice.organisation.pk,
            model_id="fake/chat",
        )
    return {
        "user": alice.user_id,
        "organisation": alice.organisation.pk,
        "assistant": assistant.public_id,
        "action": made["id"],
        "revision": made["revision"],
        "turn": turn.public_id,
        "arguments": PAYLOAD,
    }


def allow(alice: Actor, given: dict[str, Any], **changes: Any) -> None:
    """Ask about the call, and let the person say yes."""
    with pytest.raises(Paused):
        prepare_call(given, resumed=False)
    with tenant_scope(alice.organisation):
        rows = Confirmation.objects.for_organisation(alice.organisation)
        [asked] = rows
        assert asked.arguments == PAYLOAD
        assert CANARY not in orjson.dumps(asked.document).decode()
        rows.update(state=Confirmation.State.ALLOWED, arguments=PAYLOAD | changes)


def test_the_confirmed_payload_arrives_once(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook
) -> None:
    given = call_of(alice, assistant, add(api, assistant, hook))
    allow(alice, given, title="Ash floor")
    said = make_call(given)
    assert "HTTP 200" in said
    assert CANARY not in said
    [(path, kind, body)] = hook.got
    assert (path, kind) == (f"/webhook/{CANARY}?sig=7", "application/json")
    assert orjson.loads(body) == PAYLOAD | {"title": "Ash floor"}
    assert "may have arrived or not" in make_call(given)
    assert len(hook.got) == 1


def test_a_process_that_dies_before_it_heard_the_answer_sends_nothing_twice(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook, live_environment: dict[str, str]
) -> None:
    given = call_of(alice, assistant, add(api, assistant, hook))
    allow(alice, given)
    hook.answering.clear()
    kill_amid(
        live_environment,
        f"from tests.connectors.bridge_call import make_call; make_call({given!r})",
        when=lambda: bool(hook.got),
        EGRESS_ALLOW=hook.host,
        SECRET_KEY=site.SECRET_KEY,
    )
    hook.answering.set()
    assert "may have arrived or not" in make_call(given)
    [(_path, _kind, body)] = hook.got
    assert orjson.loads(body) == PAYLOAD


def test_the_address_is_kept_as_a_secret_and_stands_nowhere(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook
) -> None:
    made = add(api, assistant, hook)
    address = f"/api/v1/assistants/{assistant.public_id}/actions/{made['id']}"
    tried = api.post(f"{address}/try", {"operation": "send", "arguments": PAYLOAD, "confirmed": True}).json()
    assert tried["response"]["status"] == 200
    assert len(hook.got) == 1
    kept = api.post(f"{address}/examples", {"operation": "send", "name": "One", "arguments": PAYLOAD})
    seen = [made, tried, kept.json(), api.get(address).json(), api.get("/api/v1/connections").json()]
    with tenant_scope(alice.organisation):
        for model in (Action, ActionRevision, ActionCall, AuditEntry, Connection):
            rows = list(model.objects.for_organisation(alice.organisation).values())  # type: ignore[attr-defined]
            assert rows, model
            seen.append([{name: str(value) for name, value in row.items()} for row in rows])
    assert CANARY not in orjson.dumps(seen).decode()
    assert made["hosts"] == [hook.host]
    assert made["server_url"] == hook.url


def test_another_payload_and_another_address_take_the_place_of_the_first(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook
) -> None:
    made = add(api, assistant, hook)
    address = f"/api/v1/assistants/{assistant.public_id}/actions/{made['id']}"
    fields = [{"name": "due", "type": "date"}]
    changed = api.patch(address, {"url": f"{hook.url}/webhook/second", "values": {"fields": fields}})
    assert changed.status_code == 200, changed.content
    body = {"operation": "send", "arguments": {"due": "2026-03-01"}, "confirmed": True}
    assert api.post(f"{address}/try", body).status_code == 200
    assert [(path, orjson.loads(body)) for path, _kind, body in hook.got] == [
        ("/webhook/second", {"due": "2026-03-01"})
    ]
    assert api.post(f"{address}/refresh").status_code == 200


@pytest.mark.parametrize(
    ("name", "url", "code"),
    [
        ("zapier", "https://hooks.zapier.com.evil.example/hooks/catch/1/2", "other_service"),
        ("zapier", "https://hooks.zapier.com/", "invalid"),
        ("make", "https://hook.make.com.evil.example/x", "other_service"),
        ("power-automate", "https://logic.azure.com/workflows/1", "other_service"),
        ("n8n", "http://10.0.0.7/webhook/1", "egress_refused"),
        ("n8n", "", "blank"),
        ("n8n", "https://n8n.example.org/web\nhook", "invalid"),
    ],
)
def test_an_address_of_somebody_else_is_refused_and_not_repeated(
    api: JsonClient, assistant: Assistant, name: str, url: str, code: str
) -> None:
    body = {"connector": name, "url": url, "values": {"fields": FIELDS}}
    answer = api.post(f"/api/v1/assistants/{assistant.public_id}/actions", body)
    assert answer.status_code == 400, answer.content
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("url", code)]
    assert "hooks/catch" not in answer.content.decode()


def test_a_payload_that_does_not_work_is_named(api: JsonClient, assistant: Assistant, hook: Hook) -> None:
    fields = [{"name": "1st"}, {"name": "a", "type": "magic"}, {"name": "a"}, {"colour": "red"}]
    body = {"connector": "n8n", "url": f"{hook.url}/x", "values": {"fields": fields}}
    answer = api.post(f"/api/v1/assistants/{assistant.public_id}/actions", body)
    found = {one["field"] for one in answer.json()["errors"]}
    assert {"values.fields.0.name", "values.fields.1.type", "values.fields.2.name"} <= found
    assert any(field.startswith("values.fields.3") for field in found)


def test_secrets_are_encrypted_anew_with_the_others(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook, settings: Any
) -> None:
    given = call_of(alice, assistant, add(api, assistant, hook))
    client = {"client_id": "c", "client_secret": "canary-client"}
    assert api.put("/api/v1/connectors/slack/client", client).status_code == 200
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 5
    call_command("rotate_connection_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    allow(alice, given)
    assert "HTTP 200" in make_call(given)


def test_what_is_confirmed_bears_the_mark_of_its_connector(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook
) -> None:
    with pytest.raises(Paused):
        prepare_call(call_of(alice, assistant, add(api, assistant, hook)), resumed=False)
    with tenant_scope(alice.organisation):
        [asked] = Confirmation.objects.for_organisation(alice.organisation)
    icon = connector("n8n").icon
    assert asked.document["connector"] == {"name": "n8n", "title": "n8n", "icon": icon}
    card = asked_card(asked.document)
    assert icon in card
    assert "It works with n8n." in card
    assert icon not in asked_card(asked.document | {"connector": None})


def test_the_address_is_asked_for_by_its_own_name(
    api: JsonClient, alice: Actor, assistant: Assistant, hook: Hook
) -> None:
    made, known = add(api, assistant, hook), connector("n8n")
    with tenant_scope(alice.organisation):
        rows = Action.objects.for_organisation(alice.organisation).select_related("profile")
        profile = rows.get(public_id=made["id"]).profile
    assert profile is not None
    browser, page = client_for(alice), start_url(ref_of(profile), return_to="")
    refused = browser.post(f"{page}/connect", {"key": "https://evil.example/hook"})
    assert refused.status_code == 400
    for answer in (browser.get(page), refused):
        shown = html.unescape(answer.content.decode())
        assert known.address_label in shown
        assert known.address_help in shown
        assert ">Key<" not in shown
        assert CANARY not in shown
