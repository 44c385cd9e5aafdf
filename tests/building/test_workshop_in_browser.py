"""The Create tab in a real browser: talk, see the draft grow, take one thing back, try it."""

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assistants.building.models import Assistant
from organisations.actors import Actor
from tests.browser.looking import look, sign_in, watch
from tests.factories.building import make_assistant, present_draft
from tests.factories.organisations import make_actor, make_user
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext

pytestmark = pytest.mark.browser
PASSWORD = "three unrelated words"


@pytest.fixture
def mira(transactional_db: None) -> Actor:
    """Somebody who builds in her own organisation, with a password that the running site can check."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"]):
        return make_actor(make_user("mira@example.org", name="Mira", password=PASSWORD))


@pytest.fixture
def assistant(mira: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(mira, "New assistant")


def open_create(new_context: NewContext, assistant: Assistant, query: str = "", **options: object) -> Page:
    page = new_context(**{"viewport": {"width": 1440, "height": 1000}, **options}).new_page()
    sign_in(page, "mira@example.org", PASSWORD)
    page.goto(f"/build/{assistant.public_id}/create{query}")
    # The site remembers the catalogue for some seconds.
    for _attempt in range(20):
        if page.get_by_label("Model that builds").count() or "mode=talk" not in query:
            break
        page.wait_for_timeout(500)
        page.reload()
    return page


def script(server: ModelServer) -> None:
    profile = {
        "name": "First Fortnight",
        "tagline": "Answers what a new colleague asks",
        "picture": "new",
    }
    server.answer("Let me draft it.", tool_calls=[("update_profile", profile)])
    rules = {"role": "You are the colleague who remembers.", "must_never": {"add": ["Guess a salary"]}}
    server.answer("", tool_calls=[("update_instructions", rules)])
    tests = [
        ("suggest_tests", {"questions": ["What do I bring on day one?", "Who earns what?", "Tell a joke"]})
    ]
    server.answer("", tool_calls=tests)
    server.answer("**Should it** answer only from your handbook?")


def say(page: Page, text: str) -> None:
    page.get_by_label("Model that builds").select_option("fake/chat")
    page.get_by_label("Say what to change, or answer the question").fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_sentence_becomes_a_draft_of_which_one_part_is_taken_back(
    new_context: NewContext, mira: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    script(model_server)
    page = open_create(new_context, assistant, "?mode=talk")
    problems = watch(page)
    say(page, "New people ask the same forty things.")
    expect(page.get_by_text("answer only from your handbook?")).to_be_visible()
    draft = page.locator("#workshop-draft")
    expect(draft.locator(".changed")).to_have_count(5)
    expect(page.locator("header [data-builder-name]").last).to_have_text("First Fortnight")
    look(page)
    draft.get_by_role("button", name="Undo: One sentence").click()
    expect(draft.locator(".changed")).to_have_count(4)
    assert present_draft(mira, assistant)["profile"]["tagline"] == ""
    assert present_draft(mira, assistant)["profile"]["name"] == "First Fortnight"
    page.reload()
    expect(page.get_by_text("New people ask the same forty things.")).to_be_visible()
    expect(page.get_by_role("link", name="Who earns what?")).to_be_visible()
    assert problems == []
