"""The builder's pages of actions: added, switched, signed, edited, tried, paused and removed as people do it."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.test import Client

from assistants.actions.models import Action, ActionCall, ActionExample
from assistants.actions.views.completing import cursor_of, suggestions
from assistants.actions.views.texts import word_diff
from assistants.building.actions.share_assistant import share_assistant
from assistants.building.models import Assistant
from assistants.building.queries import access_assistant, draft_of
from assistants.connections.models import AuthProfile, Connection
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Level, Role
from tests.actions.test_calling import PATHS
from tests.actions.test_trying import Mirror
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.factories.organisations import add_member, make_user
from tests.fakes.mcp_server import mcp_server, tool
from tests.fakes.oauth_server import oauth_server
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


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
def browser(alice: Actor) -> Client:
    return client_for(alice)


@pytest.fixture
def pages(assistant: Assistant) -> str:
    return f"/build/{assistant.public_id}/actions"


def added(browser: Client, pages: str, document: bytes, **more: str) -> str:
    """The address of an action that was added with the form."""
    response = browser.post(f"{pages}/add", {"way": "document", "document": document.decode()} | more)
    assert response.status_code == 204, response.content
    return str(response["HX-Redirect"])


def on_in_draft(alice: Actor, address: str) -> list[str]:
    _build, assistant_id, _actions, action_id = address.strip("/").split("/")
    return draft_actions.get().uses(alice, assistant_id).get(action_id, [])


def action_at(alice: Actor, address: str) -> Action:
    with tenant_scope(alice.organisation):
        rows = Action.objects.for_organisation(alice.organisation).select_related("profile", "revision")
        return rows.get(public_id=address.rpartition("/")[2])


def test_an_empty_page_offers_four_ways(browser: Client, pages: str) -> None:
    assert f'href="{pages}/new"' in browser.get(pages).content.decode()
    page = browser.get(f"{pages}/new").content.decode()
    for way in ("document", "url", "mcp", "write"):
        assert f"{pages}/new?from={way}" in page
        assert browser.get(f"{pages}/new?from={way}").status_code == 200


def test_a_document_is_pasted_and_its_operations_are_switched_on(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS), name="Chores")
    page = browser.get(address).content.decode()
    assert "Chores" in page
    assert "List tasks" in page
    assert on_in_draft(alice, address) == []
    response = browser.post(f"{address}/switch", {"key": "listTasks", "on": "1"})
    assert "1 of 2 on in the draft" in response.content.decode()
    browser.post(f"{address}/switch", {"on": "1", "risk": "writes"})
    assert on_in_draft(alice, address) == ["listTasks", "addTask"]
    browser.post(f"{address}/switch", {"key": "listTasks", "on": ""})
    assert on_in_draft(alice, address) == ["addTask"]
    listed = browser.get(pages).content.decode()
    assert "1 of 2 on" in listed
    assert "Writes, asks first: 1" in listed


def test_a_filter_narrows_the_table(browser: Client, pages: str, mirror: Mirror) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    for query, shown in (
        ("text=add", "addTask"),
        ("risk=reads", "listTasks"),
        ("text=get+tasks", "listTasks"),
    ):
        table = browser.get(f"{address}/table?{query}").content.decode()
        assert shown in table
        assert ("addTask" in table) != ("listTasks" in table)
    assert "No operation fits" in browser.get(f"{address}/table?state=on").content.decode()


def test_more_than_thirty_operations_are_warned_of_and_shown_in_parts(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    answers = {"200": {"description": "ok"}}
    paths = {f"/p{n}": {"get": {"operationId": f"get{n}", "responses": answers}} for n in range(130)}
    address = added(browser, pages, document_of(mirror.url, paths))
    first = browser.get(address).content.decode()
    assert "offset=100" in first
    assert "/p120<" not in first
    assert "/p120<" in browser.get(f"{address}/table?offset=100").content.decode()
    response = browser.post(f"{address}/switch", {"on": "1"})
    assert "Models choose well among about 30" in response.content.decode()
    assert len(on_in_draft(alice, address)) == 130


def test_what_is_wrong_with_a_document_has_its_line(browser: Client, pages: str) -> None:
    wrong = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\nservers:\n  - url: [1\n'
    response = browser.post(f"{pages}/add", {"way": "write", "document": wrong})
    assert response.status_code == 400
    assert 'data-line="' in response.content.decode()
    assert 'data-line=""' not in response.content.decode()
    checked = browser.post(f"{pages}/check", {"document": wrong}).json()
    assert checked["error"]["line"]
    fine = document_of("https://api.example.com", PATHS).decode()
    checked = browser.post(f"{pages}/check", {"document": fine}).json()
    assert checked["error"] is None
    assert [one["path"] for one in checked["operations"]] == ["/tasks", "/tasks"]


def test_saving_a_document_says_first_what_it_changes(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    browser.post(f"{address}/switch", {"on": "1"})
    less = document_of(mirror.url, {"/tasks": {"get": PATHS["/tasks"]["get"]}}).decode()
    response = browser.post(f"{address}/document/save", {"document": less})
    shown = response.content.decode()
    assert "One operation goes, and is switched off" in shown
    assert on_in_draft(alice, address) == ["listTasks", "addTask"]
    expected = shown.partition('data-apply="')[2].partition('"')[0]
    response = browser.post(f"{address}/document/save", {"document": less, "expected": expected})
    assert response["HX-Redirect"] == f"{address}/document"
    assert on_in_draft(alice, address) == ["listTasks"]
    # Words of the document alone change no call: they are saved at once.
    spaced = json.dumps(json.loads(less), indent=2)
    assert browser.post(f"{address}/document/save", {"document": spaced}).status_code == 204
    assert "\n  " in browser.get(f"{address}/document").content.decode()


def test_a_key_of_the_organisation_signs_and_is_never_shown(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    given = {
        "kind": "api_key",
        "owner": "organisation",
        "where": "header",
        "placement_name": "X-Key",
        "key": "canary-key-1234567",
    }
    assert browser.post(f"{address}/auth/save", given).status_code == 204
    page = browser.get(f"{address}/auth").content.decode()
    assert "Connected." in page
    assert "canary-key" not in page
    response = browser.post(
        f"{address}/try/run", {"operation": "listTasks", "arguments": '{"owner": "Noor"}'}
    )
    shown = response.content.decode()
    assert mirror.asked[0]["headers"]["X-Key"] == "canary-key-1234567"
    assert "owner=Noor" in shown
    assert "$TOKEN" in shown
    assert "canary-key" not in shown


def test_wrong_settings_stay_as_they_were_typed(browser: Client, pages: str, mirror: Mirror) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    given = {"kind": "api_key", "owner": "user", "where": "header", "placement_name": "Host"}
    page = browser.post(f"{address}/auth/save", given).content.decode()
    assert "This is no header that can carry a key" in page
    assert 'value="Host"' in page
    given = {"kind": "oauth2", "owner": "user", "grant": "authorization_code", "client_id": "me"}
    page = browser.post(f"{address}/auth/save", given).content.decode()
    assert page.count("This address is needed.") == 2


def test_foreign_oauth_hosts_have_to_be_confirmed(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    given = {
        "kind": "oauth2",
        "owner": "user",
        "grant": "authorization_code",
        "authorization_url": "https://elsewhere.example.org/authorize",
        "token_url": "https://elsewhere.example.org/token",
        "scopes": "read write",
        "client_id": "me",
        "client_secret": "canary-secret",
    }
    page = browser.post(f"{address}/auth/save", given).content.decode()
    assert "hosts_confirmed" in page
    assert browser.post(f"{address}/auth/save", given | {"hosts_confirmed": "on"}).status_code == 204
    profile = action_at(alice, address).profile
    assert profile is not None
    assert profile.document["oauth"]["scopes"] == ["read", "write"]
    page = browser.get(f"{address}/auth").content.decode()
    assert "canary-secret" not in page
    assert f"/aip/{action_at(alice, address).assistant_id}/oauth/callback" in page
    # Nothing typed for the secret leaves the present one.
    assert (
        browser.post(
            f"{address}/auth/save", given | {"client_secret": "", "scopes": "read", "hosts_confirmed": "on"}
        ).status_code
        == 204
    )
    with tenant_scope(alice.organisation):
        kept = AuthProfile.objects.for_organisation(alice.organisation).get(pk=profile.pk)
    assert kept.client_secret_encrypted
    assert kept.document["oauth"]["scopes"] == ["read"]


def test_a_write_is_shown_before_it_is_sent(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    call = {"operation": "addTask", "arguments": '{"title": "Sweep"}'}
    asked = browser.post(f"{address}/try/run", call).content.decode()
    assert f"POST {mirror.url}/tasks" in asked
    assert "Sweep" in asked
    assert mirror.asked == []
    shown = browser.post(f"{address}/try/run", call | {"confirmed": "1"}).content.decode()
    assert orjson.loads(mirror.asked[0]["body"]) == {"title": "Sweep"}
    assert "200" in shown
    with tenant_scope(alice.organisation):
        [call_row] = ActionCall.objects.for_organisation(alice.organisation)
    assert call_row.outcome == ActionCall.Outcome.ANSWERED


def test_wrong_arguments_name_their_fields(browser: Client, pages: str, mirror: Mirror) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    response = browser.post(f"{address}/try/run", {"operation": "addTask", "arguments": '{"title": 3}'})
    assert response.status_code == 400
    assert 'data-field="title"' in response.content.decode()
    response = browser.post(f"{address}/try/run", {"operation": "addTask", "arguments": "{"})
    assert "not valid JSON" in response.content.decode()
    assert mirror.asked == []


def test_somebody_who_is_not_connected_is_offered_to_connect(
    browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    browser.post(f"{address}/auth/save", {"kind": "api_key", "owner": "user", "where": "bearer"})
    shown = browser.post(f"{address}/try/run", {"operation": "listTasks", "arguments": "{}"}).content.decode()
    assert "/connections/start/" in shown
    assert mirror.asked == []


def test_an_example_is_kept_filled_in_again_and_removed(
    alice: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    kept = {
        "operation": "listTasks",
        "arguments": '{"owner": "Noor"}',
        "name": "Noor's",
        "status": "200",
        "response": "{}",
    }
    assert "Noor" in browser.post(f"{address}/examples", kept).content.decode()
    with tenant_scope(alice.organisation):
        [example] = ActionExample.objects.for_organisation(alice.organisation)
    assert (example.status, example.arguments) == (200, {"owner": "Noor"})
    page = browser.get(f"{address}/try?example={example.public_id}").content.decode()
    assert "{&quot;owner&quot;:&quot;Noor&quot;}" in page
    assert "Noor" not in browser.post(f"{address}/examples/{example.public_id}/remove").content.decode()


def test_paused_and_removed(alice: Actor, browser: Client, pages: str, mirror: Mirror) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    browser.post(f"{address}/switch", {"on": "1"})
    assert browser.post(f"{address}/pause", {"paused": "1"}).status_code == 204
    assert "no version calls it" in browser.get(address).content.decode()
    named = {"name": "Chores", "description": "", "privacy_policy_url": "https://example.com/privacy"}
    assert browser.post(f"{address}/settings/save", named).status_code == 204
    assert action_at(alice, address).privacy_policy_url == "https://example.com/privacy"
    page = browser.post(f"{address}/settings/save", named | {"name": ""}).content.decode()
    assert "field-error" in page
    assert browser.post(f"{address}/remove")["HX-Redirect"] == pages
    assert on_in_draft(alice, address) == []
    assert browser.get(address).status_code == 404


def test_a_changed_tool_is_compared_and_approved(
    alice: Actor, browser: Client, pages: str, settings: Any
) -> None:
    with mcp_server() as server:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, server.host]
        server.tools = {"find": tool("find", "Finds a boat by its name.")}
        response = browser.post(f"{pages}/add", {"way": "mcp", "address": server.url})
        address = response["HX-Redirect"]
        server.tools = {"find": tool("find", "Finds a boat, and tells the owner.")}
        assert browser.post(f"{address}/tools/refresh")["HX-Redirect"] == address
        page = browser.get(address).content.decode()
        assert "The server changed find" in page
        assert "<ins>" in page
        shown = page.partition('name="offered" value="')[2].partition('"')[0]
        wrong = browser.post(f"{address}/tools/approve", {"operation": "find", "offered": "other"})
        assert wrong.status_code == 409
        browser.post(f"{address}/tools/approve", {"operation": "find", "offered": shown})
        page = browser.get(address).content.decode()
        assert "The server changed find" not in page
        assert "tells the owner" in page


def test_a_program_is_never_started(browser: Client, pages: str) -> None:
    given = {"way": "mcp", "address": '{"command": "sh", "args": ["-c", "id"]}'}
    response = browser.post(f"{pages}/add", given)
    assert response.status_code == 400
    assert "would start a program" in response.content.decode()


def test_others_find_nothing(
    alice: Actor, charlie: Actor, bob: Actor, browser: Client, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    outsider = client_for(charlie)
    for path in (pages, address, f"{address}/try", f"{address}/auth", f"{pages}/act_missing"):
        assert outsider.get(path).status_code == 404
    assert browser.get(f"{pages}/act_missing").status_code == 404
    for path in (f"{address}/switch", f"{address}/remove", f"{address}/try/run", f"{address}/auth/save"):
        assert outsider.post(path, {"on": "1"}).status_code == 404
    assert Connection.objects.across_organisations(reason="test").count() == 0


def test_who_may_only_look_changes_nothing(
    alice: Actor, browser: Client, assistant: Assistant, pages: str, mirror: Mirror
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    builder = add_member(alice.organisation, make_user("dora@example.org", name="Dora"), Role.BUILDER)
    with tenant_scope(alice.organisation):
        member = Membership.objects.for_organisation(alice.organisation).get(pk=builder.membership_id)
    share_assistant(
        actor=alice, assistant_id=assistant.public_id, holder_id=member.public_id, level=Level.VIEW
    )
    reader = client_for(builder)
    for path in (pages, address, f"{address}/table", f"{address}/try", f"{address}/auth"):
        page = reader.get(path)
        assert page.status_code == 200, path
        assert "Add an action" not in page.content.decode()
    assert "disabled" in reader.get(f"{address}/table").content.decode()
    assert reader.get(f"{pages}/new").status_code == 403
    for tail in ("switch", "remove", "try/run", "auth/save", "document/save", "pause"):
        assert reader.post(f"{address}/{tail}", {"on": "1"}).status_code == 403, tail
    assert on_in_draft(alice, address) == []


def test_a_service_says_itself_how_it_wants_to_be_asked(
    browser: Client, pages: str, mirror: Mirror, settings: Any
) -> None:
    address = added(browser, pages, document_of(mirror.url, PATHS))
    with oauth_server() as server:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, server.host]
        for asked in (server.api_url, server.url, f"{server.url}/"):
            found = browser.post(f"{address}/auth/discover", {"address": asked}).json()
            assert found["token_url"] == f"{server.url}/token"
            assert found["authorization_url"] == f"{server.url}/authorize"
    refused = browser.post(f"{address}/auth/discover", {"address": mirror.url})
    assert refused.status_code == 502
    assert "publishes no description of itself" in refused.content.decode()


@pytest.mark.parametrize(
    ("before", "way", "value", "prefix"),
    [
        ("", (), False, ""),
        ("open", (), False, "open"),
        ("openapi: 3", ("openapi",), True, "3"),
        ("info:\n  ti", ("info",), False, "ti"),
        ("paths:\n  /a:\n    get:\n      para", ("paths", "/a", "get"), False, "para"),
        (
            "paths:\n  /a:\n    get:\n      parameters:\n        - name: id\n          in: pa",
            ("paths", "/a", "get", "parameters", 0, "in"),
            True,
            "pa",
        ),
        (
            "paths:\n  /a:\n    get:\n      parameters:\n      - na",
            ("paths", "/a", "get", "parameters", 0),
            False,
            "na",
        ),
        ("servers:\n- url: https://x.example\n- desc", ("servers", 0), False, "desc"),
        ("paths:\n  /a:\n    get: {}\ncomp", (), False, "comp"),
        ('{"openapi": "3.1.0", "in', (), False, "in"),
        (
            '{"paths": {"/a": {"get": {"parameters": [{"in": "pa',
            ("paths", "/a", "get", "parameters", 0, "in"),
            True,
            "pa",
        ),
        ('{"info": {"title": "a, b: {"}, "servers": [{}, {"u', ("servers", 1), False, "u"),
    ],
)
def test_the_cursor_knows_where_it_is(
    before: str, way: tuple[str | int, ...], value: bool, prefix: str
) -> None:
    cursor = cursor_of(before)
    assert (cursor.way, cursor.value, cursor.prefix) == (way, value, prefix)


def test_what_fits_is_suggested() -> None:
    assert [one["text"] for one in suggestions("info:\n  ti")["items"]] == ["title"]
    values = suggestions("paths:\n  /a:\n    get:\n      parameters:\n        - in: ")["items"]
    assert [one["text"] for one in values] == ["path", "query", "header"]


def test_words_are_compared() -> None:
    pieces = list(word_diff("Finds a boat by name", "Finds a ship by name"))
    assert "".join(one["text"] for one in pieces if one["kind"] != "added") == "Finds a boat by name"
    assert "".join(one["text"] for one in pieces if one["kind"] != "removed") == "Finds a ship by name"
    assert [one["text"] for one in pieces if one["kind"] == "added"] == ["ship"]


def test_a_prompt_of_a_server_becomes_a_starter(
    alice: Actor, browser: Client, pages: str, settings: Any
) -> None:
    with mcp_server() as server:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, server.host]
        address = browser.post(f"{pages}/add", {"way": "mcp", "address": server.url})["HX-Redirect"]
        page = browser.get(address).content.decode()
        assert "Starters that the server offers" in page
        name = page.partition('/starters"')[2].partition('name="name" value="')[2].partition('"')[0]
        for _twice in range(2):
            assert browser.post(f"{address}/starters", {"name": name})["HX-Redirect"] == address
        assert browser.post(f"{address}/starters", {"name": "gone"}).status_code >= 400
    with tenant_scope(alice.organisation):
        assistant = access_assistant(alice, pages.split("/")[2])
        starters = draft_of(assistant).specification["profile"]["starters"]
    assert starters == ["tide_report"]
