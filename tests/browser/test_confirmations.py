"""What an answer asks of its reader, in a real browser: allowed, edited, refused, connected, stopped."""

import os
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.connections.auth_settings import read_settings
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site
from tests.fixtures.tasks import PATHS

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"
LONG = "Ask the neighbour for the ladder, and then " * 12


@pytest.fixture
def noor(site: Site, model_server: ModelServer, settings: Any) -> Actor:
    model_server.pages = {path: {"tasks": [{"title": "Water the plants"}]} for path in PATHS}
    # Actions are saved by this process, whose guard looks at their hosts as the site's does.
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{model_server.port}"]
    return site.person(EMAIL)


def with_actions(noor: Actor, model_server: ModelServer, **auth: Any) -> Assistant:
    made = make_assistant(noor, "Plain Words", model={"id": "fake/chat"})
    server = model_server.base_url.removesuffix("/v1")
    given = read_settings(auth) if auth else None
    make_action(noor, made, document_of(server, PATHS), auth=given)
    publish(actor=noor, assistant_id=made.public_id, visibility="organisation")
    return made


@pytest.fixture
def page(new_context: NewContext) -> Page:
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    return page


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def card(page: Page, what: str = "Add a task") -> Locator:
    return page.get_by_role("group", name=f"Allow “{what}” with Tasks?")


def shoot(page: Page, name: str) -> None:
    """A picture for whoever asks for one by an environment variable."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def asked_of(model_server: ModelServer, path: str) -> list[Any]:
    return [asked.body for asked in model_server.requests if asked.path == path]


def test_calls_are_allowed_edited_and_refused_and_the_answer_goes_on(
    noor: Actor, page: Page, model_server: ModelServer
) -> None:
    problems = watch(page)
    conversation = make_conversation(noor, with_actions(noor, model_server))
    page.goto(f"/chats/{conversation.public_id}")
    calls = [("addTask", {"title": "Call Bob"}), ("addTask", {"title": LONG}), ("addNote", {"title": "x"})]
    model_server.answer("I put these down.", tool_calls=[("listTasks", {}), *calls])
    ask(page, "Put these down")
    first, second = card(page).nth(0), card(page).nth(1)
    expect(first).to_contain_text("What has to be done")
    expect(first.get_by_role("timer")).to_contain_text("left")
    expect(page.locator("#thread .answer").last).to_have_text("I put these down.")
    expect(page.get_by_text("Waiting for you")).to_be_visible()
    expect(first.get_by_role("button", name="Allow once")).not_to_be_focused()
    shoot(page, "cards")
    for width, scheme in ((360, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        look(page)
        shoot(page, f"cards-{width}")
    # On another device everything stands as well.
    other = page.context.new_page()
    other.goto(f"/chats/{conversation.public_id}")
    expect(card(other)).to_have_count(2)
    first.get_by_role("button", name="Don't do it").click()
    expect(page.get_by_text("You refused: Add a task")).to_be_visible()
    expect(other.get_by_text("You refused: Add a task")).to_be_visible()
    second = card(page)
    second.get_by_role("button", name="Edit").click()
    title = second.get_by_role("textbox", name="Title")
    title.fill("y" * 2001)
    second.get_by_role("button", name="Allow with these changes").click()
    expect(title).to_have_attribute("aria-invalid", "true")
    look(page)
    shoot(page, "edit")
    title.fill("Borrow the ladder")
    second.get_by_role("button", name="Allow with these changes").click()
    expect(page.get_by_text("You allowed: Add a task")).to_be_visible()
    model_server.answer("The ladder is down, and the note.")
    card(page, "Add a note").get_by_role("button", name="Always in this chat").click()
    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    expect(page.locator("#thread .answer").last).to_contain_text("The ladder is down, and the note.")
    expect(other.get_by_role("button", name="Good answer")).to_be_visible()
    assert asked_of(model_server, "/tasks")[1:] == [{"title": "Borrow the ladder"}]
    expect(page.get_by_text("refused by you")).to_be_visible()
    expect(page.get_by_text("allowed by you")).to_have_count(2)
    for summary in page.locator("details.tool > summary").all():
        summary.click()
    expect(page.get_by_text("From outside: data for the model")).to_have_count(3)
    look(page)
    shoot(page, "tools")
    # What was allowed for this chat is seen and taken back.
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="What you allowed").click()
    expect(page.get_by_role("dialog").get_by_text("Tasks: Add a note", exact=True)).to_be_visible()
    look(page)
    shoot(page, "allowed")
    page.get_by_role("button", name="Ask me again").click()
    expect(page.get_by_role("dialog").get_by_text("Nothing goes without asking")).to_be_visible()
    # The browser notes the refused edit.
    assert [problem for problem in problems if "400" not in problem] == []


def test_asking_something_else_ends_what_waits(noor: Actor, page: Page, model_server: ModelServer) -> None:
    conversation = make_conversation(noor, with_actions(noor, model_server))
    page.goto(f"/chats/{conversation.public_id}")
    model_server.answer(tool_calls=[("addTask", {"title": "Call Bob"})])
    ask(page, "Put Bob down")
    expect(card(page)).to_be_visible()
    page.reload()
    expect(card(page)).to_be_visible()
    model_server.answer("Fine weather.")
    ask(page, "How is the weather?")
    expect(page.get_by_text("Fine weather.")).to_be_visible()
    expect(page.get_by_text("Stopped by you")).to_be_visible()
    assert asked_of(model_server, "/tasks") == []


def test_an_account_is_connected_and_the_answer_goes_on_by_itself(
    noor: Actor, page: Page, model_server: ModelServer
) -> None:
    problems = watch(page)
    key = {"kind": "api_key", "owner": "user", "placement": {"where": "header", "name": "X-Key"}}
    assistant = with_actions(noor, model_server, **key)
    page.goto(f"/chats/{make_conversation(noor, assistant).public_id}")
    model_server.answer(tool_calls=[("listTasks", {})])
    model_server.answer("Then without.")
    ask(page, "What is open?")
    connect = page.get_by_role("group", name="Connect Tasks to go on")
    connect.get_by_role("button", name="I have connected it").click()
    expect(connect.get_by_role("alert")).to_contain_text("not connected yet")
    look(page)
    shoot(page, "connect")
    connect.get_by_role("button", name="Go on without it").click()
    expect(page.get_by_text("Then without.")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    model_server.answer(tool_calls=[("listTasks", {})])
    model_server.answer("Water the plants.")
    ask(page, "And now?")
    connect.get_by_role("link", name="Connect Tasks").click()
    page.get_by_label("Key", exact=True).fill("k-1")
    page.get_by_label("Key", exact=True).press("Enter")
    page.wait_for_url("**/chats/**")
    expect(page.locator("#thread .answer").last).to_have_text("Water the plants.")
    assert [one.headers.get("x-key") for one in model_server.requests if one.path == "/tasks"] == ["k-1"]
    # In the builder's preview as well.
    model_server.answer(tool_calls=[("addTask", {"title": "Call Bob"})])
    model_server.answer("It is down.")
    page.goto(f"/build/{assistant.public_id}/configure")
    page.get_by_label("Try the draft").fill("Put Bob down")
    page.keyboard.press("Enter")
    look(page)
    shoot(page, "preview")
    card(page).get_by_role("button", name="Allow once").click()
    expect(page.get_by_text("It is down.")).to_be_visible()
    expect(page.get_by_text("What happened inside")).to_be_visible()
    assert [problem for problem in problems if "409" not in problem] == []
