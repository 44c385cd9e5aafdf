"""Operations tried by somebody who builds: what was sent, what came back, as a command, and written down."""

import shlex
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest

from assistants.actions.models import ActionCall
from assistants.actions.trying import curl_of
from assistants.building.models import Assistant
from assistants.connections.auth_settings import Placement
from assistants.connections.credentials import Credential
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "canary-key-1234567"


class Mirror:
    """A service that says back everything it was asked, credentials too."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                said = {
                    "method": self.command,
                    "path": self.path,
                    "headers": dict(self.headers),
                    "body": body,
                }
                mirror.asked.append(said)
                content = orjson.dumps(said)
                self.send_response(mirror.status)
                self.send_header("content-type", "application/json")
                self.send_header("set-cookie", "session=canary")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _answer

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mirror(settings: Any) -> Iterator[Mirror]:
    service = Mirror()
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, service.url.removeprefix("http://")]
    yield service
    service.stop()


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


@pytest.fixture
def api(alice: Actor) -> Any:
    return api_client_for(alice)


def add(api: Any, assistant: Assistant, url: str, **auth: Any) -> str:
    """The address of a fresh action."""
    base = f"/api/v1/assistants/{assistant.public_id}/actions"
    body: dict[str, Any] = {"document": document_of(url, PATHS).decode()}
    if auth:
        body["auth"] = {"kind": "api_key", "owner": "organisation", "key": KEY} | auth
    made = api.post(base, body)
    assert made.status_code == 201, made.content
    return f"{base}/{made.json()['id']}"


def calls(actor: Actor) -> list[ActionCall]:
    with tenant_scope(actor.organisation):
        return list(ActionCall.objects.for_organisation(actor.organisation).order_by("id"))


@pytest.mark.parametrize(
    "placement",
    [{"where": "bearer"}, {"where": "header", "name": "X-Key"}, {"where": "query", "name": "key"}],
)
def test_a_read_shows_both_sides_and_no_secret(
    api: Any, assistant: Assistant, mirror: Mirror, alice: Actor, placement: dict[str, str]
) -> None:
    where = add(api, assistant, mirror.url, placement=placement)
    tried = api.post(f"{where}/try", {"operation": "listTasks", "arguments": {"owner": "Ada"}})
    assert tried.status_code == 200, tried.content
    assert KEY in str(mirror.asked)
    assert KEY.encode() not in tried.content
    assert b"session=" not in tried.content
    said = tried.json()
    assert (said["response"]["status"], said["error"]) == (200, None)
    assert said["response"]["bytes"] > 0
    assert "$TOKEN" in said["curl"]
    assert "•••" in str(said["request"])
    (call,) = calls(alice)
    assert (call.outcome, call.status, call.surface, call.operation) == ("answered", 200, "try", "listTasks")
    assert call.connection_id


def test_a_write_is_made_only_when_it_is_meant(
    api: Any, assistant: Assistant, mirror: Mirror, alice: Actor
) -> None:
    where = add(api, assistant, mirror.url)
    body = {"operation": "addTask", "arguments": {"title": "Call Bob"}}
    refused = api.post(f"{where}/try", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmation_needed")
    assert mirror.asked == []
    done = api.post(f"{where}/try", body | {"confirmed": True})
    assert done.json()["request"]["body"] == '{"title":"Call Bob"}'
    assert [orjson.loads(one["body"]) for one in mirror.asked] == [{"title": "Call Bob"}]
    assert [call.outcome for call in calls(alice)] == ["refused", "answered"]


def test_arguments_are_checked_before_anything_is_sent(
    api: Any, assistant: Assistant, mirror: Mirror
) -> None:
    where = add(api, assistant, mirror.url)
    for arguments in ({}, {"title": 5}, {"title": "a", "colour": "red"}):
        answer = api.post(f"{where}/try", {"operation": "addTask", "arguments": arguments, "confirmed": True})
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"]
    for body in (
        {},
        {"operation": 7},
        {"operation": "listTasks", "arguments": "all"},
        {"operation": "x\x00"},
    ):
        assert api.post(f"{where}/try", body).status_code in (400, 404)
    assert api.post(f"{where}/try", {"operation": "launch"}).status_code == 404
    assert mirror.asked == []


def test_what_went_wrong_is_part_of_the_answer(
    api: Any, assistant: Assistant, mirror: Mirror, alice: Actor
) -> None:
    mirror.status = 503
    where = add(api, assistant, mirror.url)
    assert api.post(f"{where}/try", {"operation": "listTasks"}).json()["response"]["status"] == 503
    mirror.stop()
    gone = api.post(f"{where}/try", {"operation": "listTasks"})
    assert gone.status_code == 200
    assert (gone.json()["response"], gone.json()["error"]["code"]) == (None, "egress_refused")
    assert [call.error_code for call in calls(alice)] == ["", "egress_refused"]


def test_one_has_to_connect_first(api: Any, assistant: Assistant, mirror: Mirror) -> None:
    where = add(api, assistant, mirror.url, owner="user", key="")
    answer = api.post(f"{where}/try", {"operation": "listTasks"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_connected")
    assert "/connections/" in answer.json()["detail"]
    assert mirror.asked == []


@pytest.mark.parametrize("where", ["bearer", "header", "query", "basic"])
def test_a_command_cannot_be_broken_out_of(where: str) -> None:
    placement = Placement(where=where, name="k'; rm")  # type: ignore[arg-type]
    credential = Credential("", "https://a.example", placement, {"key": "s3cret", "username": "u"})
    body = '{"a": "\'; touch /tmp/owned; $(id) `id`"}'
    headers = {"X-A": "it's $HOME"}
    command = curl_of("POST", "https://a.example/x?y='$(id)'", headers, body, credential)
    assert "s3cret" not in command
    words = shlex.split(command)
    assert words[words.index("--data-raw") + 1] == body
    assert "X-A: it's $HOME" in words
    assert ";" not in words


def test_a_key_in_the_address_is_given_by_nobody_else(api: Any, assistant: Assistant, mirror: Mirror) -> None:
    free = {"name": "filter", "in": "query", "schema": {"type": "object", "additionalProperties": True}}
    get = {"operationId": "find", "parameters": [free], "responses": {"200": {"description": "ok"}}}
    base = f"/api/v1/assistants/{assistant.public_id}/actions"
    auth = {
        "kind": "api_key",
        "owner": "organisation",
        "key": KEY,
        "placement": {"where": "query", "name": "key"},
    }
    document = document_of(mirror.url, {"/find": {"get": get}}).decode()
    where = f"{base}/{api.post(base, {'document': document, 'auth': auth}).json()['id']}/try"
    answer = api.post(where, {"operation": "find", "arguments": {"filter": {"key": "theirs"}}})
    assert answer.status_code == 400 and "key" in answer.json()["errors"][0]["message"]
    assert mirror.asked == []
    assert api.post(where, {"operation": "find", "arguments": {"filter": {"keys": "a"}}}).status_code == 200


def test_characters_that_nothing_can_keep_are_refused_on_the_page(
    alice: Actor, api: Any, assistant: Assistant, mirror: Mirror
) -> None:
    action = add(api, assistant, mirror.url).rpartition("/")[2]
    page = f"/build/{assistant.public_id}/actions/{action}"
    browser = client_for(alice)
    form = {"operation": "listTasks", "arguments": '{"owner": "a\\u0000b"}', "name": "a\x00b"}
    assert browser.post(f"{page}/try/run", form).status_code == 400
    assert browser.post(f"{page}/examples", form).status_code in (200, 400)
    assert mirror.asked == []
