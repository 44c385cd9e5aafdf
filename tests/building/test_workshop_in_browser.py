"""The Create tab in a real browser: talk, see the draft grow, take one thing back, try it."""

from time import monotonic

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from assistants.building.models import Assistant
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.building import make_assistant, present_draft
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "mira@example.org"


@pytest.fixture
def mira(site: Site) -> Actor:
    """Somebody who builds in her own organisation."""
    return site.person(EMAIL, name="Mira")


@pytest.fixture
def assistant(mira: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(mira, "New assistant")


def open_create(new_context: NewContext, assistant: Assistant, query: str = "", **options: object) -> Page:
    page = new_context(**{"person": EMAIL, "viewport": {"width": 1440, "height": 1000}, **options}).new_page()
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


def test_a_trial_question_runs_in_the_preview(
    new_context: NewContext, mira: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    script(model_server)
    page = open_create(new_context, assistant, "?mode=talk")
    say(page, "New people ask the same forty things.")
    page.get_by_role("link", name="Who earns what?").click()
    expect(page.get_by_text("What happened inside")).to_be_visible()
    expect(page.locator("[data-preview] .msg-user")).to_have_text("Who earns what?")


def test_an_address_from_elsewhere_asks_nothing(new_context: NewContext, assistant: Assistant) -> None:
    page = open_create(new_context, assistant)
    page.goto(f"/build/{assistant.public_id}/configure?try=Spend+my+allowance")
    expect(page.get_by_label("Try the draft")).to_have_value("Spend my allowance")
    expect(page.locator("[data-preview] .msg-user")).to_have_count(0)


def test_an_answer_is_stopped_and_asked_for_again(
    new_context: NewContext, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.answer("", pieces=["word "] * 4000, delay=0.05)
    page = open_create(new_context, assistant, "?mode=talk")
    say(page, "It counts clouds.")
    expect(page.locator("#workshop-thread").get_by_text("word word")).to_be_visible()
    page.reload()  # another device, or the same one later: it goes on where it was
    drafts: list[Route] = []
    page.route(
        "**/create/draft", lambda route: drafts.append(route)
    )  # the draft is slow to be drawn, and nobody waits for it
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. What was changed until then stays")).to_be_visible()
    model_server.answer("All is well now.")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("All is well now.")).to_be_visible()
    expect(page.get_by_text("It counts clouds.")).to_have_count(1)
    for route in drafts:
        route.continue_()


def test_where_a_model_fails_nothing_typed_is_lost_and_the_questions_are_offered(
    new_context: NewContext, assistant: Assistant, model_server: ModelServer
) -> None:
    page = open_create(new_context, assistant, "?mode=talk")
    page.get_by_label("Model that builds").select_option("fake/fail-500")
    page.get_by_label("Say what to change, or answer the question").fill("It counts clouds.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_text("It counts clouds.")).to_be_visible()
    look(page)
    page.get_by_role("alert").get_by_role("link", name="Answer questions instead").click()
    expect(page.get_by_role("heading", name="What should your assistant help with?")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1440)])
def test_the_questions_lead_to_a_draft_that_can_be_tried(
    new_context: NewContext, mira: Actor, scheme: str, width: int
) -> None:
    assistant = make_assistant(mira, "New assistant")
    page = open_create(new_context, assistant, viewport={"width": width, "height": 800}, color_scheme=scheme)
    problems = watch(page)
    expect(page.get_by_role("heading", name="What should your assistant help with?")).to_be_visible()
    look(page)
    page.locator("textarea[name=value]").fill("Answer questions about our holiday rules.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="New colleagues").click()
    expect(page.locator("textarea[name=value]")).to_have_value("Holiday Rules Guide")
    look(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Brief").click()
    expect(page.get_by_label("Make up facts, figures or names")).to_be_checked()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Brief").click()
    look(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Only from documents that I add").click()
    page.get_by_label("Starter 1").fill("How many days off do I have?")
    look(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="How does it greet people?")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Try these questions")).to_be_visible()
    look(page)
    assert present_draft(mira, assistant)["profile"]["starters"][0] == "How many days off do I have?"
    assert problems == []
    page.get_by_role("link", name="What will the weather be like tomorrow?").click()
    expect(page.get_by_text("What happened inside")).to_be_visible()


class Clicks:
    """Counts what somebody has to do by hand."""

    def __init__(self) -> None:
        self.made, self.began = 0, monotonic()

    def on(self, target: Locator) -> None:
        """Click, and count it."""
        target.click()
        self.made += 1


@pytest.mark.parametrize("model", ["bottega/quote", "fake/chat"])
def test_from_nothing_to_published_in_few_clicks(
    new_context: NewContext, mira: Actor, model_server: ModelServer, model: str
) -> None:
    page, clicks = new_context(person=EMAIL).new_page(), Clicks()
    page.goto("/build/")
    clicks.on(page.get_by_role("link", name="New assistant").first)
    clicks.on(page.get_by_role("button", name="Say what it is for"))
    page.wait_for_url("**/create")
    if model == "bottega/quote":
        page.locator("textarea[name=value]").fill("Answer questions about our holiday rules.")
        clicks.on(page.get_by_role("button", name="Continue"))
        clicks.on(page.get_by_role("button", name="Take the rest as proposed"))
    else:
        script(model_server)
        # Where the usual model uses tools, talking is what the page begins with.
        to_talk = page.get_by_role("link", name="Talk with a model instead")
        told = to_talk.or_(page.get_by_label("Model that builds"))
        for _attempt in range(20):  # the site remembers the catalogue for some seconds
            if told.count():
                break
            page.wait_for_timeout(500)
            page.reload()
        if to_talk.count():
            clicks.on(to_talk)
        say(page, "New people ask the same forty things.")
        clicks.made += 2
    clicks.on(page.locator("[data-try]:not([data-try=''])").first)
    expect(page.get_by_text("What happened inside")).to_be_visible()
    clicks.on(page.get_by_role("link", name="Publish").first)
    clicks.on(page.get_by_role("button", name="Publish version 1"))
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible()
    assert clicks.made < 12
    assert monotonic() - clicks.began < 180


def test_another_picture_is_proposed_and_taken(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_create(new_context, assistant)
    before = present_draft(mira, assistant)["profile"]["picture"]
    page.get_by_role("button", name="Propose another").click()
    expect(page.get_by_role("button", name="Take this one")).to_be_visible()
    assert present_draft(mira, assistant)["profile"]["picture"] == before
    look(page)
    page.get_by_role("button", name="Take this one").click()
    expect(page.get_by_role("button", name="Undo: Picture")).to_be_visible()
    assert present_draft(mira, assistant)["profile"]["picture"] != before
