"""An account is connected by OAuth in a real browser: consent, the answer that goes on, taken back, refused, a wrong state."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.connections.auth_settings import read_settings
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fakes.oauth_server import OAuthServer, oauth_server
from tests.fixtures.live import NewContext, Site
from tests.fixtures.tasks import PATHS

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"


@pytest.fixture
def service(site: Site, settings: Any) -> Iterator[OAuthServer]:
    """A service with an account of Noor's: its consent page, its tokens and its API."""
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{site.guest_port}"]
    # The client's secret is encrypted by this process, and read by the site's.
    settings.SECRET_KEY = site.environment["SECRET_KEY"]
    with oauth_server(site.guest_port) as running:
        yield running


@pytest.fixture
def noor(site: Site) -> Actor:
    return site.person(EMAIL)


@pytest.fixture
def assistant(noor: Actor, site: Site, service: OAuthServer, model_server: ModelServer) -> Assistant:
    made = make_assistant(noor, "Plain Words", model={"id": "fake/chat"})
    oauth = {
        "authorization_url": f"{service.url}/authorize",
        "token_url": f"{service.url}/token",
        "revocation_url": f"{service.url}/revoke",
        "scopes": ["read"],
        "client_id": "bottega",
    }
    auth = read_settings({"kind": "oauth2", "owner": "user", "oauth": oauth, "client_secret": "s3cret"})
    make_action(noor, made, document_of(service.api_url, PATHS), auth=auth)
    service.client("bottega", "s3cret", f"{site.url}/aip/{made.public_id}/oauth/callback")
    publish(actor=noor, assistant_id=made.public_id, visibility="organisation")
    return made


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def shoot(page: Page, name: str) -> None:
    """Pictures for whoever asks for them by an environment variable: wide, and narrow in the dark."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
        page.set_viewport_size({"width": 360, "height": 800})
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(150)
        page.screenshot(path=f"{folder}/{name}-360.png")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")


def test_consent_leads_back_to_an_answer_and_is_taken_back(
    noor: Actor,
    assistant: Assistant,
    service: OAuthServer,
    new_context: NewContext,
    model_server: ModelServer,
) -> None:
    page = new_context(
        person=EMAIL, viewport={"width": 1280, "height": 900}, locale=os.environ.get("LANG_OF", "en")
    ).new_page()
    problems = watch(page)
    chat = f"/chats/{make_conversation(noor, assistant).public_id}"
    page.goto(chat)
    model_server.answer(tool_calls=[("listTasks", {})])
    model_server.answer("Water the plants.")
    ask(page, "What is open?")
    card = page.get_by_role("group", name="Connect Tasks to go on")
    card.get_by_role("link", name="Connect Tasks").wait_for()
    expect(page.get_by_text("Reading the sources")).to_be_hidden()
    shoot(page, "1-card")
    card.get_by_role("link", name="Connect Tasks").click()
    expect(page.get_by_text("Read your data")).to_be_visible()
    look(page)
    shoot(page, "2-start")
    page.get_by_role("button", name="Continue to").click()
    page.get_by_role("button", name="Allow").click()
    # The waiting turn goes on by itself.
    page.wait_for_url(f"**{chat}**")
    expect(page.locator("#thread .answer").last).to_have_text("Water the plants.")
    expect(page.get_by_role("button", name="Good answer").last).to_be_visible()
    shoot(page, "3-went-on")
    assert [token.is_good() for token in service.tokens] == [True]
    page.goto("/connections/")
    look(page)
    shoot(page, "4-connections")
    page.get_by_role("button", name="Disconnect Tasks").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("Nothing is connected")).to_be_visible()
    shoot(page, "5-disconnected")
    # Asked again, it wants an account again; no said at the service leads back to where the question waits.
    page.goto(chat)
    model_server.answer(tool_calls=[("listTasks", {})])
    ask(page, "And now?")
    card.get_by_role("link", name="Connect Tasks").click()
    page.get_by_role("button", name="Continue to").click()
    page.get_by_role("button", name="Refuse").click()
    page.get_by_text("said no").wait_for()
    look(page)
    shoot(page, "6-declined")
    page.get_by_role("link", name="Back to where you were").click()
    expect(card.get_by_role("link", name="Connect Tasks")).to_be_visible()
    expect(page.get_by_text("Reading the sources")).to_be_hidden()
    shoot(page, "8-back")
    page.goto("/connections/oauth/callback?state=made-up&code=x")
    page.get_by_text("belongs to no consent that you began here").wait_for()
    shoot(page, "7-wrong-state")
    assert [token.is_good() for token in service.tokens] == [False]
    # The browser notes the two pages that say why nothing was connected, and that the chat was not connected when it was back.
    assert [problem for problem in problems if "400" not in problem and "409" not in problem] == []
