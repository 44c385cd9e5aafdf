"""A ready-made connector in a real browser: connect the account, ask, confirm what is written, and see it at the service."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistants.actions.actions.add_connector import add_connector
from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.building.actions.publish import publish
from assistants.building.actions.update_draft import update_draft
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.connector_service import ID, SECRET, connector_service
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"
# What is written at each, by which operation, and how a person sees it.
WRITES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "google-sheets": (
        "Google Sheets",
        "Add rows",
        "values_append",
        {
            "spreadsheetId": "s1",
            "range": "Hours!A1",
            "valueInputOption": "USER_ENTERED",
            "values": [["Ada", 7.5]],
        },
    ),
    "slack": ("Slack", "Post a message", "chat_postMessage", {"channel": "C1", "text": "The oak is here."}),
    "github": (
        "GitHub",
        "Create an issue",
        "issues_create",
        {"owner": "ada", "repo": "wood", "title": "The oak is here."},
    ),
}


@pytest.fixture
def noor(site: Site) -> Actor:
    return site.person(EMAIL)


@pytest.mark.parametrize(
    "name",
    [
        "google-sheets",
        pytest.param("slack", marks=pytest.mark.large),
        pytest.param("github", marks=pytest.mark.large),
    ],
)
def test_what_somebody_confirmed_stands_at_the_service(
    name: str,
    tmp_path: Path,
    site: Site,
    settings: Any,
    noor: Actor,
    new_context: NewContext,
    model_server: ModelServer,
) -> None:
    title, label, operation, arguments = WRITES[name]
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{site.guest_port}"]
    settings.SECRET_KEY = site.environment["SECRET_KEY"]
    settings.CONNECTOR_FOLDERS = [str(tmp_path)]
    with connector_service(name, tmp_path, site.guest_port) as service:
        keep_connector_client(actor=noor, name=name, client_id=ID, client_secret=SECRET)
        assistant = make_assistant(noor, "Plain Words", model={"id": "fake/chat"})
        action = add_connector(actor=noor, assistant_id=assistant.public_id, name=name)
        use = {"id": action.public_id, "operations": [operation]}
        update_draft(actor=noor, assistant_id=assistant.public_id, patch={"actions": [use]})
        publish(actor=noor, assistant_id=assistant.public_id, visibility="organisation")
        page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
        problems = watch(page)
        page.goto(f"/chats/{make_conversation(noor, assistant).public_id}")
        model_server.answer(tool_calls=[(operation, arguments)])
        model_server.answer("It is written down.")
        page.get_by_label("Message", exact=True).fill("Write it down")
        page.keyboard.press("Enter")
        page.get_by_role("group", name=f"Connect {title} to go on").get_by_role("link").first.click()
        look(page)
        page.get_by_role("button", name="Continue to").click()
        page.get_by_role("button", name="Allow").click()
        card = page.get_by_role("group", name=f"Allow “{label}” with {title}?")
        card.get_by_role("button", name="Allow once").wait_for()
        assert [each for each in service.requests if each.operation] == []
        look(page)
        card.get_by_role("button", name="Allow once").click()
        expect(page.locator("#thread .answer").last).to_contain_text("It is written down.")
        [written] = [each for each in service.requests if each.operation]
        assert (written.operation, written.problem) == (operation, "")
        assert arguments.items() <= dict(written.arguments).items()
        assert problems == []
