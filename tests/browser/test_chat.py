"""A conversation in a real browser: watched, reloaded, stopped, tried again, edited."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.looking import look, watch
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"


@pytest.fixture
def draft() -> dict[str, Any]:
    """What is special about the assistant; a test may say so by parameters."""
    return {}


@pytest.fixture
def at_a_chat(site: Site, model_server: ModelServer, new_context: NewContext, draft: dict[str, Any]) -> Page:
    """Somebody before an empty conversation."""
    actor = site.person(EMAIL)
    conversation = make_conversation(actor, make_published(actor, **draft))
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"/chats/{conversation.public_id}")
    return page


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_reload_in_mid_answer_goes_on_where_it_was(at_a_chat: Page, model_server: ModelServer) -> None:
    model_server.answer(" ".join(str(n) for n in range(80)), delay=0.06)
    ask(at_a_chat, "Count to eighty")
    expect(at_a_chat.locator(".answer")).to_contain_text("10 11 12")
    at_a_chat.reload()
    expect(at_a_chat.locator(".answer")).to_contain_text("0 1 2 3")
    expect(at_a_chat.get_by_role("button", name="Good answer")).to_be_visible()
    expect(at_a_chat.locator(".answer")).to_have_text(" ".join(str(n) for n in range(80)))


def test_stop_keeps_what_there_is(at_a_chat: Page, model_server: ModelServer) -> None:
    model_server.answer("word " * 400, delay=0.05)
    ask(at_a_chat, "Talk")
    expect(at_a_chat.locator(".answer")).to_contain_text("word word")
    at_a_chat.get_by_role("button", name="Stop").click()
    expect(at_a_chat.get_by_text("Stopped by you")).to_be_visible()
    expect(at_a_chat.get_by_role("button", name="Send")).to_be_visible()
    look(at_a_chat)


def test_stop_is_heard_before_the_answer_has_begun(at_a_chat: Page, model_server: ModelServer) -> None:
    model_server.answer("word " * 400, delay=0.05)
    asked: list[Route] = []
    at_a_chat.route("**/messages?*", lambda route: asked.append(route))
    ask(at_a_chat, "Talk")
    at_a_chat.get_by_role("button", name="Stop").click()
    asked[0].continue_()
    expect(at_a_chat.get_by_text("Stopped by you")).to_be_visible()


def test_a_question_is_edited_only_where_nothing_would_take_its_words(
    at_a_chat: Page, model_server: ModelServer
) -> None:
    model_server.answer("First.")
    ask(at_a_chat, "One")
    expect(at_a_chat.get_by_role("button", name="Good answer")).to_be_visible()
    model_server.answer("word " * 400, delay=0.05)
    ask(at_a_chat, "Talk")
    expect(at_a_chat.locator(".answer").last).to_contain_text("word word")
    expect(at_a_chat.get_by_role("button", name="Edit the question")).to_be_disabled()
    at_a_chat.get_by_role("button", name="Stop").click()
    expect(at_a_chat.get_by_role("button", name="Edit the question").last).to_be_enabled()


def test_a_failed_answer_says_why_and_is_tried_again(at_a_chat: Page, model_server: ModelServer) -> None:
    model_server.answer("Half of the answer is here", fault="half")
    model_server.answer("The whole of it.")
    ask(at_a_chat, "Try")
    expect(at_a_chat.get_by_role("alert").filter(has_text=".").first).to_be_visible()
    look(at_a_chat)
    at_a_chat.get_by_role("button", name="Try again").click()
    expect(at_a_chat.locator(".answer")).to_have_text("The whole of it.")
    expect(at_a_chat.get_by_text("2/2")).to_be_visible()


def test_an_edited_question_keeps_the_first_one(at_a_chat: Page, model_server: ModelServer) -> None:
    problems = watch(at_a_chat)
    model_server.answer("First answer.")
    model_server.answer("Second answer with `code`.")
    ask(at_a_chat, "First question")
    expect(at_a_chat.locator(".answer")).to_have_text("First answer.")
    expect(at_a_chat.get_by_role("button", name="Good answer")).to_be_visible()
    at_a_chat.get_by_role("button", name="Edit the question").click()
    at_a_chat.get_by_role("textbox", name="Edit the question").fill("Second question")
    at_a_chat.get_by_role("button", name="Ask again").click()
    expect(at_a_chat.locator(".answer")).to_have_text("Second answer with code.")
    at_a_chat.get_by_role("button", name="Earlier version").click()
    expect(at_a_chat.locator(".answer")).to_have_text("First answer.")
    expect(at_a_chat.get_by_text("First question").last).to_be_visible()
    assert problems == []


def test_what_a_model_writes_cannot_run(at_a_chat: Page, model_server: ModelServer) -> None:
    dialogs: list[str] = []
    at_a_chat.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    model_server.answer(
        "<img src=x onerror=alert(1)> [x](javascript:alert(2)) <script>alert(3)</script> ![i](http://x.example/i.png)"
    )
    ask(at_a_chat, "Attack")
    expect(at_a_chat.get_by_role("button", name="Good answer")).to_be_visible()
    assert at_a_chat.locator(".answer img, .answer script").count() == 0
    assert dialogs == []


SETTINGS = {
    "model": "fake/fail-500",
    "fallback": "fake/chat",
    "answer_policy": {"show_steps": True, "verification": True},
    "capabilities": {"calculator": True},
}


@pytest.mark.parametrize("draft", [SETTINGS])
def test_steps_tools_and_the_check_stand_around_the_answer(
    at_a_chat: Page, model_server: ModelServer
) -> None:
    problems = watch(at_a_chat)
    model_server.answer(tool_calls=[("calculator", {"expression": "1450 * 1.026"})], model="chat")
    model_server.answer(
        "<steps>\n1. Work out the rent.\n2. Tell it.\n</steps>\n\nIt becomes 1487.70 euros.",
        model="chat",
        delay=0.3,
    )
    ask(at_a_chat, "What will the rent be?")
    steps = at_a_chat.locator("details", has_text="How it got there")
    expect(steps).to_have_attribute("open", "")
    expect(at_a_chat.get_by_text("Calculated")).to_be_visible()
    expect(at_a_chat.get_by_text("Nothing in this answer can be checked against the sources")).to_be_visible()
    expect(at_a_chat.locator(".answer")).to_have_text("It becomes 1487.70 euros.")
    expect(steps).not_to_have_attribute("open", "")
    expect(at_a_chat.get_by_text("Answered by chat because fail-500 did not answer")).to_be_visible()
    at_a_chat.reload()
    for card in at_a_chat.locator("details.tool").all():
        card.locator("summary").click()
    expect(at_a_chat.get_by_text("Work out the rent.")).to_be_visible()
    expect(at_a_chat.get_by_text("expression: 1450 * 1.026")).to_be_visible()
    for width in (320, 1280):
        at_a_chat.set_viewport_size({"width": width, "height": 900})
        look(at_a_chat)
    assert problems == []


@pytest.mark.parametrize("draft", [{"limits": {"tokens": 500}}])
def test_an_answer_that_a_limit_ended_says_whose_limit_it_was(
    at_a_chat: Page, model_server: ModelServer
) -> None:
    model_server.answer("On the", reason="length")
    ask(at_a_chat, "When is rent due?")
    expect(
        at_a_chat.get_by_text("The creator of this assistant lets an answer use 500 tokens")
    ).to_be_visible()
    expect(at_a_chat.get_by_text("Stopped by you")).to_have_count(0)
    look(at_a_chat)
