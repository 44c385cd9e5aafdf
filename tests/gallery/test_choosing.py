"""The gallery of an assistant, and the administrators' pages of connectors."""

import re

import pytest
from django.template.loader import render_to_string

from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.actions.connectors.catalogue import SOURCE, connectors, shown_connector
from assistants.actions.gallery import WAYS
from assistants.actions.models import Action, Operation
from assistants.building.draft_actions import DraftActions
from assistants.building.models import Assistant
from assistants.turns.asking import asked_card
from kernel.registries import tools
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Role
from store.disclosing.connectors import connector_lines
from tests.factories.building import make_assistant
from tests.factories.organisations import add_member, make_user
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

SECRET = "s3cret-of-slack"
ZAP = "https://hooks.zapier.com/hooks/catch/1/abc/"


@pytest.fixture
def assistant(alice: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(alice, "Plain Words")


@pytest.fixture
def pages(assistant: Assistant) -> str:
    return f"/build/{assistant.public_id}/actions"


def register(actor: Actor) -> None:
    keep_connector_client(actor=actor, name="slack", client_id="123.456", client_secret=SECRET)


def card_of(page: str, key: str) -> str:
    return page.split(f'data-card="{key}"')[1].split("</li>")[0]


def actions_of(actor: Actor) -> list[Action]:
    with tenant_scope(actor.organisation):
        return list(Action.objects.for_organisation(actor.organisation).filter(deleted_at=None))


def test_everything_stands_in_one_gallery(alice: Actor, pages: str) -> None:
    page = client_for(alice).get(f"{pages}/new").content.decode()
    wanted = [f"{one.kind}-{one.name}" for one in connectors() if one.kind != SOURCE]
    wanted += [f"tool-{one.name}" for one in tools] + [f"own-{one.name}" for one in WAYS]
    assert re.findall(r'data-card="([^"]+)"', page) == wanted
    slack = card_of(page, "app-slack")
    assert "Public channels" in slack
    assert "Messages, new ones" in slack
    assert "Nobody has done that yet" in slack
    assert "/organisation/connectors/slack" in slack


def test_a_search_and_a_category_narrow_it(alice: Actor, pages: str) -> None:
    browser = client_for(alice)
    found = browser.get(f"{pages}/new", {"search": "CHANNELS slack"}).content.decode()
    assert re.findall(r'data-card="([^"]+)"', found) == ["app-slack"]
    own = browser.get(f"{pages}/new", {"category": "own"}).content.decode()
    assert re.findall(r'data-card="([^"]+)"', own) == [f"own-{one.name}" for one in WAYS]
    nothing = browser.get(f"{pages}/new", {"search": "<script>alert(1)</script>"}).content.decode()
    assert "Nothing found" in nothing
    assert "<script>alert(1)" not in nothing


def test_a_builder_is_told_whom_to_ask(alice: Actor, pages: str) -> None:
    builder = add_member(alice.organisation, make_user("dora@example.org"), Role.BUILDER)
    page = client_for(builder).get(f"{pages}/new")
    if page.status_code == 200:  # where builders may change each other's assistants
        assert "Ask an administrator" in card_of(page.content.decode(), "app-slack")


def test_one_click_adds_an_app_with_what_it_reads_and_writes_on(
    alice: Actor, assistant: Assistant, pages: str
) -> None:
    browser = client_for(alice)
    refused = browser.post(f"{pages}/add", {"way": "connector", "connector": "slack"})
    assert refused.status_code == 409
    assert "has not registered itself" in refused.content.decode()
    register(alice)
    added = browser.post(f"{pages}/add", {"way": "connector", "connector": "slack"})
    [action] = actions_of(alice)
    assert added["HX-Redirect"] == f"{pages}/{action.public_id}"
    on = DraftActions().uses(alice, assistant.public_id)[action.public_id]
    with tenant_scope(alice.organisation):
        risks = dict(Operation.objects.for_organisation(alice.organisation).values_list("key", "risk"))
    assert sorted(on) == sorted(key for key, risk in risks.items() if risk != "destroys")
    card = card_of(browser.get(f"{pages}/new").content.decode(), "app-slack")
    assert "Added" in card
    assert "<form" not in card
    assert "Done: your organisation is registered" in card


def test_a_bridge_takes_its_address_and_fields(alice: Actor, pages: str) -> None:
    browser = client_for(alice)
    form = browser.get(f"{pages}/new?from=zapier").content.decode()
    assert 'type="password"' in form
    given = {
        "way": "connector",
        "connector": "zapier",
        "url": ZAP,
        "description": "Books a room.",
        "field_name": ["room", "people", ""],
        "field_type": ["text", "whole_number", "text"],
        "field_description": ["Which room", "", ""],
        "field_required": ["1", "", "1"],
    }
    browser.post(f"{pages}/add", given)
    [action] = actions_of(alice)
    with tenant_scope(alice.organisation):
        [operation] = Operation.objects.for_organisation(alice.organisation)
    assert operation.arguments_schema["required"] == ["room"]
    assert set(operation.arguments_schema["properties"]) == {"room", "people"}
    for path in ("", "/document", "/auth", "/settings"):
        assert "catch/1/abc" not in browser.get(f"{pages}/{action.public_id}{path}").content.decode()
    page = browser.get(f"{pages}/{action.public_id}/document").content.decode()
    assert 'value="people"' in page
    changed = given | {"url": "", "field_name": ["room", "guests", ""]}
    browser.post(f"{pages}/{action.public_id}/document/save", changed)
    page = browser.get(f"{pages}/{action.public_id}/document").content.decode()
    assert 'value="guests"' in page
    assert 'value="people"' not in page
    refused = browser.post(f"{pages}/add", given | {"field_name": ["1st", "", ""]}).content.decode()
    assert "Letters, digits and underscores" in refused


def test_a_built_in_tool_is_switched_where_it_stands(alice: Actor, assistant: Assistant, pages: str) -> None:
    browser = client_for(alice)
    card = browser.post(f"{pages}/capability", {"name": "calculator", "on": "1"}).content.decode()
    assert "Added" in card
    assert DraftActions().capabilities(alice, assistant.public_id)["calculator"] is True
    assert "Calculator" in browser.get(pages).content.decode()
    card = browser.post(f"{pages}/capability", {"name": "calculator", "on": "0"}).content.decode()
    assert "Added" not in card
    assert browser.post(f"{pages}/capability", {"name": "no-such", "on": "1"}).status_code == 404


def test_nobody_else_chooses(bob: Actor, charlie: Actor, pages: str) -> None:
    for other, status in ((bob, 403), (charlie, 404)):
        browser = client_for(other)
        assert browser.get(f"{pages}/new").status_code == status
        assert browser.post(f"{pages}/capability", {"name": "clock", "on": "1"}).status_code == status


def test_an_administrator_registers_replaces_and_forgets(alice: Actor, bob: Actor, pages: str) -> None:
    browser = client_for(alice)
    assert "Not registered yet" in browser.get("/organisation/connectors/").content.decode()
    page = browser.get("/organisation/connectors/slack").content.decode()
    assert page.count("/connections/oauth/callback") >= 2  # to copy, and in the guide
    given = {"client_id": "123.456", "client_secret": ""}
    assert browser.post("/organisation/connectors/slack/keep", given).status_code == 400
    assert (
        browser.post("/organisation/connectors/slack/keep", given | {"client_secret": SECRET}).status_code
        == 302
    )
    browser.post(f"{pages}/add", {"way": "connector", "connector": "slack"})
    page = browser.get("/organisation/connectors/slack").content.decode()
    assert SECRET not in page
    assert "123.456" in page
    assert f'href="{pages}"' in page
    dialog = page.split('id="forget"')[1]
    assert "Plain Words" in dialog
    # An empty secret leaves the one that is there.
    assert (
        browser.post(
            "/organisation/connectors/slack/keep", {"client_id": "789", "client_secret": ""}
        ).status_code
        == 302
    )
    browser.post("/organisation/connectors/slack/forget")
    assert "Its calls rest" in browser.get("/organisation/connectors/").content.decode()
    assert browser.get("/organisation/connectors/zapier").status_code == 404
    assert client_for(bob).get("/organisation/connectors/").status_code == 403


def test_a_label_has_a_line_for_each_connector_with_what_is_on() -> None:
    operations = [{"label": "List channels", "writes": False}]
    host = {"host": "slack.com", "connectors": ["slack", "gone"], "writes": False, "operations": operations}
    [line] = connector_lines({"hosts": [host, {"host": "*", "writes": False}]})
    assert (line.title, line.writes) == ("Slack", ())
    assert line.reads[0].startswith("Public channels")
    page = render_to_string(
        "store/_label.html", {"derived": {"hosts": [host]}, "publication": {"writes_outside": False}}
    )
    assert "Slack</dt>" in page
    assert line.mark[:20] in page


def test_the_connect_card_has_the_connectors_mark_and_name() -> None:
    asked = {
        "id": "need_1",
        "kind": "connection",
        "turn": "turn_1",
        "action": {"id": "act_1", "name": "Our workspace"},
        "connector": shown_connector("slack"),
        "label": "Our workspace: Post",
        "host": "slack.com",
        "connect_url": "/connections/start/x",
        "expires_at": "2026-11-28T21:00:00Z",
    }
    card = asked_card(asked)
    assert 'class="icon icon-solid' in card
    assert "It works with Slack." in card
    bad = asked_card(asked | {"connector": {"title": "<b>x</b>", "icon": '"><script>alert(1)</script>'}})
    assert "<script>" not in bad
    assert "<b>x" not in bad
