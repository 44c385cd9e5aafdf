"""Actions over REST: added from every place, read, changed, switched, and told apart from other people's."""

import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connection

from assistants.actions.models import Action
from assistants.building.models import Assistant
from assistants.connections.actions.make_profile import put_settings
from assistants.connections.auth_settings import read_settings
from assistants.connections.models import AuthProfile
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
API_KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
PUBLIC = "https://tasks.example.com"


class Pages:
    """A site on loopback that serves what it is given, by path."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.pages.get(self.path)
                self.send_response(404 if found is None else 200)
                self.send_header("content-length", str(len(found or b"")))
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def pages(settings: Any) -> Iterator[Pages]:
    site = Pages()
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, site.host]
    yield site
    site.stop()


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


@pytest.fixture
def api(alice: Actor) -> Any:
    return api_client_for(alice)


@pytest.fixture
def base(assistant: Assistant) -> str:
    return f"/api/v1/assistants/{assistant.public_id}/actions"


def add(api: Any, base: str, **body: Any) -> dict[str, Any]:
    body = body or {"document": document_of(PUBLIC, PATHS).decode()}
    answer = api.post(base, body)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(one["field"], one["code"]) for one in answer.json().get("errors", [])]


def test_a_document_becomes_an_action_with_its_operations_off(api: Any, base: str) -> None:
    made = add(api, base)
    assert (made["kind"], made["origin"], made["name"], made["state"]) == (
        "openapi",
        "written",
        "Tasks",
        "ready",
    )
    assert made["hosts"] == ["tasks.example.com"]
    assert [(one["key"], one["risk"], one["enabled"]) for one in made["operations"]] == [
        ("listTasks", "reads", False),
        ("addTask", "writes", False),
    ]
    assert made["auth"] is None
    listed = api.get(base).json()
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert api.get(f"{base}/{made['id']}").json()["operations"] == made["operations"]


def test_a_document_may_be_sent_as_the_object_that_it_is(api: Any, base: str) -> None:
    made = add(api, base, document=orjson.loads(document_of(PUBLIC, PATHS)), name="My tasks")
    assert made["name"] == "My tasks"


def test_a_document_is_fetched(api: Any, base: str, pages: Pages) -> None:
    pages.pages["/openapi.json"] = document_of("/v1", PATHS)
    made = add(api, base, url=f"{pages.url}/openapi.json")
    assert (made["origin"], made["server_url"]) == ("url", f"{pages.url}/v1")
    missing = api.post(base, {"url": f"{pages.url}/nothing"})
    assert (missing.status_code, missing.json()["code"]) == (400, "document_not_fetched")


def test_a_plugin_brings_its_document_and_how_it_signs(api: Any, base: str, pages: Pages) -> None:
    manifest = {
        "schema_version": "v1",
        "name_for_human": "Task list",
        "name_for_model": "tasks",
        "description_for_human": "Your tasks.",
        "description_for_model": "Reads and adds tasks.",
        "auth": {"type": "user_http", "authorization_type": "bearer"},
        "api": {"type": "openapi", "url": f"{pages.url}/openapi.yaml"},
        "legal_info_url": "https://tasks.example.com/legal",
    }
    pages.pages["/.well-known/ai-plugin.json"] = orjson.dumps(manifest)
    pages.pages["/openapi.yaml"] = document_of(pages.url, PATHS)
    made = add(api, base, plugin_url=pages.url)
    assert (made["name"], made["origin"]) == ("Task list", "plugin")
    assert made["privacy_policy_url"] == "https://tasks.example.com/legal"
    assert (made["auth"]["kind"], made["auth"]["owner"]) == ("api_key", "user")
    assert made["connect_url"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "document", "required"),
        ({"document": "{}", "url": "https://a.example"}, "url", "several_sources"),
        ({"document": 5}, "document", "wrong_type"),
        ({"document": ["a"]}, "document", "wrong_type"),
        ({"document": ""}, "document", "required"),
        ({"url": None}, "url", "null"),
        ({"connector": "slack", "document": "{}"}, "document", "not_together"),
        ({"connector": "zapier", "values": {}}, "url", "invalid"),
        ({"command": "rm", "args": ["-rf"]}, "args", "unknown_field"),
        ({"document": "{}", "auth": "bearer"}, "auth", "not_a_dict"),
        ({"document": "{}", "auth": {"kind": "magic"}}, "auth.kind", "invalid"),
        ({"document": "{}", "auth": {"kind": "oauth2"}}, "auth.oauth", "required"),
    ],
)
def test_what_is_wrong_is_named(api: Any, base: str, body: Any, field: str, code: str) -> None:
    answer = api.post(base, body)
    assert answer.status_code == 400, answer.content
    assert (field, code) in codes(answer)


@pytest.mark.parametrize(
    "given",
    [
        {"command": "npx", "args": ["server"]},
        {"mcpServers": {"files": {"command": "touch", "args": ["/tmp/owned"], "env": {"A": "b"}}}},
        '{"files": {"type": "stdio", "url": "https://a.example"}}',
    ],
)
def test_a_server_that_would_be_started_is_refused(api: Any, base: str, given: Any, alice: Actor) -> None:
    answer = api.post(base, {"mcp_url": given})
    assert (answer.status_code, answer.json()["code"]) == (400, "mcp_stdio")
    with tenant_scope(alice.organisation):
        assert not Action.objects.for_organisation(alice.organisation).exists()


def test_a_fault_is_told_with_its_line(api: Any, base: str) -> None:
    answer = api.post(base, {"document": "openapi: 3.1.0\ninfo: {title: A\n"})
    assert answer.status_code == 400
    assert "line" in answer.json()["detail"]


def test_an_address_inside_is_refused(api: Any, base: str) -> None:
    for url in ("http://169.254.169.254/openapi.json", "file:///etc/passwd", "https://localhost/a"):
        assert api.post(base, {"url": url}).json()["code"] == "egress_refused"


def test_a_policys_hosts_hold_for_the_import(api: Any, base: str, alice: Actor, pages: Pages) -> None:
    patch_policy(actor=alice, patch={"hosts": {"allowed": ["elsewhere.example"]}})
    pages.pages["/openapi.json"] = document_of(pages.url, PATHS)
    assert api.post(base, {"url": f"{pages.url}/openapi.json"}).json()["code"] == "host_forbidden"
    assert pages.asked == []
    assert (
        api.post(base, {"document": document_of(PUBLIC, PATHS).decode()}).json()["code"] == "host_forbidden"
    )


def test_an_organisations_key_goes_in_and_never_out(api: Any, base: str) -> None:
    secret = "canary-key-1234567"
    auth = {
        "kind": "api_key",
        "owner": "organisation",
        "placement": {"where": "header", "name": "X-Key"},
        "key": secret,
    }
    answer = api.post(base, {"document": document_of(PUBLIC, PATHS).decode(), "auth": auth})
    assert answer.status_code == 201
    made = answer.json()
    assert made["auth"]["placement"] == {"where": "header", "name": "X-Key"}
    shown = [answer.content, api.get(base).content, api.get(f"{base}/{made['id']}").content]
    assert not any(secret.encode() in one for one in shown)
    (connection,) = api.get("/api/v1/connections").json()["results"]
    assert (connection["owner"], connection["host"], connection["assistant"]) == (
        "organisation",
        "tasks.example.com",
        "Ada",
    )


def test_what_the_document_says_of_signing_is_taken_or_offered(api: Any, base: str) -> None:
    document = document_of(
        PUBLIC,
        PATHS,
        components={"securitySchemes": {"key": API_KEY}},
        security=[{"key": []}],
    )
    assert add(api, base, document=document.decode())["auth"]["kind"] == "api_key"
    flow = {"authorizationUrl": f"{PUBLIC}/a", "tokenUrl": f"{PUBLIC}/t", "scopes": {"read": "Read"}}
    oauth = {"type": "oauth2", "flows": {"authorizationCode": flow}}
    document = document_of(
        PUBLIC,
        PATHS,
        components={"securitySchemes": {"oauth": oauth}},
        security=[{"oauth": ["read"]}],
    )
    made = add(api, base, document=document.decode())
    # A client's id is not in any document.
    assert (made["auth"], made["state"]) == (None, "needs_auth")
    settings = {
        "kind": "oauth2",
        "oauth": made["suggested_auth"]["oauth"] | {"client_id": "bottega"},
        "client_secret": "canary-secret-99",
    }
    changed = api.patch(f"{base}/{made['id']}", {"auth": settings})
    assert changed.status_code == 200, changed.content
    assert changed.json()["state"] == "ready"
    assert changed.json()["auth"]["client_secret_set"] is True
    assert b"canary" not in changed.content
    none = api.patch(f"{base}/{made['id']}", {"auth": {"kind": "none"}})
    assert (none.json()["auth"], none.json()["connect_url"]) == (None, "")


def test_oauth_somewhere_else_has_to_be_confirmed(api: Any, base: str, alice: Actor) -> None:
    auth = {
        "kind": "oauth2",
        "oauth": {
            "authorization_url": "https://evil.example/a",
            "token_url": "https://evil.example/t",
            "client_id": "x",
        },
    }
    body = {"document": document_of(PUBLIC, PATHS).decode(), "auth": auth}
    refused = api.post(base, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "foreign_oauth_host")
    with tenant_scope(alice.organisation):
        assert not Action.objects.for_organisation(alice.organisation).exists()
    assert api.post(base, body | {"hosts_confirmed": True}).status_code == 201


def test_an_api_that_moves_away_from_where_people_consent_is_taken_in_and_asks_for_a_word(
    api: Any, base: str, alice: Actor, assistant: Assistant
) -> None:
    oauth = {"authorization_url": f"{PUBLIC}/a", "token_url": f"{PUBLIC}/t", "client_id": "x"}
    auth = {"kind": "oauth2", "oauth": oauth}
    made = add(api, base, document=document_of(PUBLIC, PATHS).decode(), auth=auth)
    where = f"{base}/{made['id']}"
    api.patch(f"{where}/operations", {"enabled": ["listTasks", "addTask"]})
    fewer = {"/tasks": {"get": PATHS["/tasks"]["get"]}}
    moved = api.patch(where, {"document": document_of("https://api.elsewhere.example", fewer).decode()})
    assert moved.status_code == 200, moved.content
    assert api.get(f"/api/v1/assistants/{assistant.public_id}/draft").json()["actions"] == [
        {"id": made["id"], "operations": ["listTasks"]}
    ]
    with tenant_scope(alice.organisation):
        profile = Action.objects.for_organisation(alice.organisation).get().profile
        assert profile is not None
        assert (profile.origin, profile.hosts_confirmed) == ("https://api.elsewhere.example", False)
    assert api.patch(where, {"name": "Moved"}).status_code == 200
    refused = api.patch(where, {"auth": auth})
    assert (refused.status_code, refused.json()["code"]) == (409, "foreign_oauth_host")


def test_renaming_an_action_leaves_how_it_is_signed_to_whoever_changes_that(
    api: Any, base: str, alice: Actor, assistant: Assistant
) -> None:
    made = add(api, base)
    renamed = threading.Thread(
        target=lambda: (api.patch(f"{base}/{made['id']}", {"name": "B"}), connection.close())
    )
    with tenant_scope(alice.organisation, durable=True):
        rows = Action.objects.for_organisation(alice.organisation)
        rows.select_for_update().get()
        renamed.start()
        time.sleep(0.5)  # it has read the action, and waits for this transaction
        key = read_settings({"kind": "api_key", "owner": "user"})
        profile = AuthProfile(organisation=alice.organisation, name="Tasks")
        put_settings(profile, key, PUBLIC)
        profile.save()
        rows.update(profile=profile)
    renamed.join()
    with tenant_scope(alice.organisation):
        found = Action.objects.for_organisation(alice.organisation).get()
        assert (found.name, found.profile_id) == ("B", profile.pk)


def test_operations_are_switched_in_the_draft(api: Any, base: str, assistant: Assistant) -> None:
    made = add(api, base)
    where = f"{base}/{made['id']}/operations"
    draft = f"/api/v1/assistants/{assistant.public_id}/draft"
    assert api.patch(where, {"enabled": ["listTasks"]}).json() == {"enabled": ["listTasks"]}
    assert api.get(draft).json()["actions"] == [{"id": made["id"], "operations": ["listTasks"]}]
    switches = [{"key": "addTask", "enabled": True}, {"key": "listTasks", "enabled": False}]
    assert api.patch(where, {"operations": switches}).json() == {"enabled": ["addTask"]}
    listed = api.get(where, {"limit": 1}).json()
    assert (listed["results"][0]["key"], listed["results"][0]["enabled"]) == ("listTasks", False)
    assert listed["results"][0]["schema"]["properties"]["owner"]["type"] == "string"
    second = api.get(where, {"limit": 1, "cursor": listed["next"]}).json()
    assert [one["key"] for one in second["results"]] == ["addTask"]
    assert [one["key"] for one in api.get(where, {"search": "add"}).json()["results"]] == ["addTask"]
    wrong = api.patch(where, {"enabled": ["listTasks", "launch"]})
    assert codes(wrong) == [("enabled.1", "unknown_operation")]
    assert api.patch(where, {}).status_code == 400
    assert api.patch(where, {"enabled": [], "operations": []}).status_code == 400
    assert api.patch(where, {"enabled": "all"}).status_code == 400


def test_a_draft_names_only_what_there_is(api: Any, base: str, assistant: Assistant) -> None:
    made = add(api, base)
    draft = f"/api/v1/assistants/{assistant.public_id}/draft"
    for method in (api.patch, api.put):
        use = {"id": made["id"], "operations": ["launch"]}
        answer = method(draft, {"profile": {"name": "Ada"}, "actions": [use]})
        assert codes(answer) == [("actions.0.operations.0", "unknown_operation")]
        answer = method(draft, {"profile": {"name": "Ada"}, "actions": [{"id": "act_unknown"}]})
        assert codes(answer) == [("actions.0.id", "unknown_action")]
    other = make_assistant_action(api)
    answer = api.patch(draft, {"actions": [{"id": other}]})
    assert codes(answer) == [("actions.0.id", "unknown_action")]


def make_assistant_action(api: Any) -> str:
    made = api.post("/api/v1/assistants", {"name": "Other"}).json()["id"]
    return str(add(api, f"/api/v1/assistants/{made}/actions")["id"])


def test_importing_again_says_what_changes_first(api: Any, base: str, assistant: Assistant) -> None:
    made = add(api, base)
    where = f"{base}/{made['id']}"
    api.patch(f"{where}/operations", {"enabled": ["listTasks", "addTask"]})
    fewer = {"/tasks": {"get": PATHS["/tasks"]["get"] | {"summary": "All tasks"}}}
    more = fewer | {"/people": {"get": {"operationId": "listPeople", "responses": {}}}}
    document = document_of(PUBLIC, more).decode()
    expected = {
        "added": ["listPeople"],
        "removed": ["addTask"],
        "changed": [{"key": "listTasks", "what": ["words"]}],
    }
    dry = api.patch(where, {"document": document, "dry_run": True})
    assert dry.status_code == 200, dry.content
    assert dry.json()["changes"] == expected
    assert api.get(where).json()["revision"] == made["revision"]
    done = api.patch(where, {"document": document}).json()
    assert done["changes"] == expected
    assert done["revision"] != made["revision"]
    assert done["enabled"] == ["listTasks"]
    assert api.get(f"/api/v1/assistants/{assistant.public_id}/draft").json()["actions"] == [
        {"id": made["id"], "operations": ["listTasks"]}
    ]
    assert api.patch(where, {"dry_run": True}).status_code == 400
    assert api.patch(where, {"mcp_url": PUBLIC}).status_code in (400, 409)


def test_a_fetched_document_is_fetched_again(api: Any, base: str, pages: Pages) -> None:
    pages.pages["/openapi.json"] = document_of(pages.url, PATHS)
    made = add(api, base, url=f"{pages.url}/openapi.json")
    pages.pages["/openapi.json"] = document_of(pages.url, {"/tasks": {"get": PATHS["/tasks"]["get"]}})
    again = api.post(f"{base}/{made['id']}/refresh")
    assert again.status_code == 200, again.content
    assert again.json()["changes"]["removed"] == ["addTask"]
    written = add(api, base)
    assert codes(api.post(f"{base}/{written['id']}/refresh")) == [("action", "no_source")]


def test_a_key_does_not_follow_to_another_server(api: Any, base: str) -> None:
    auth = {"kind": "api_key", "owner": "organisation", "key": "canary-key-1234567"}
    made = add(api, base, document=document_of(PUBLIC, PATHS).decode(), auth=auth)
    moved = document_of("https://other.example.com", PATHS).decode()
    assert api.patch(f"{base}/{made['id']}", {"document": moved}).status_code == 200
    (connection,) = api.get("/api/v1/connections").json()["results"]
    assert (connection["state"], connection["host"]) == ("needs_consent", "tasks.example.com")
    tried = api.post(f"{base}/{made['id']}/try", {"operation": "listTasks"})
    assert (tried.status_code, tried.json()["code"]) == (409, "creator_not_connected")


def test_an_action_is_changed_paused_and_removed(api: Any, base: str, assistant: Assistant) -> None:
    made = add(api, base)
    where = f"{base}/{made['id']}"
    api.patch(f"{where}/operations", {"enabled": ["listTasks"]})
    changed = api.patch(where, {"name": "Chores", "description": "", "paused": True}).json()
    assert (changed["name"], changed["state"]) == ("Chores", "paused")
    assert codes(api.patch(where, {"privacy_policy_url": "javascript:alert(1)"})) == [
        ("privacy_policy_url", "invalid")
    ]
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404
    assert api.delete(where).status_code == 404
    draft = f"/api/v1/assistants/{assistant.public_id}/draft"
    assert api.get(draft).json()["actions"] == []
    logged = api.get("/api/v1/organisation/audit", {"limit": 100})
    if logged.status_code == 200:
        assert {"action.added", "action.changed", "action.removed"} <= {
            entry["action"] for entry in logged.json()["results"]
        }


def test_examples_are_kept(api: Any, base: str) -> None:
    made = add(api, base)
    where = f"{base}/{made['id']}/examples"
    body = {"operation": "addTask", "arguments": {"title": "Call Bob"}, "status": 201, "response": "{}"}
    kept = api.post(where, body)
    assert kept.status_code == 201, kept.content
    assert (kept.json()["name"], kept.json()["arguments"]) == ("Add a task", {"title": "Call Bob"})
    assert [one["id"] for one in api.get(where).json()["results"]] == [kept.json()["id"]]
    assert api.post(where, body | {"operation": "launch"}).status_code == 404
    assert api.post(where, body | {"arguments": []}).status_code == 400
    assert api.delete(f"{where}/{kept.json()['id']}").status_code == 204
    assert api.delete(f"{where}/{kept.json()['id']}").status_code == 404
