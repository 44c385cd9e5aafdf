"""The builder in a real browser: saving while writing, two writers, lists by keyboard, phones and dark rooms."""

import pytest
from playwright.sync_api import Page, expect

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.update_draft import update_draft
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
def assistant(mira: Actor) -> Assistant:
    return make_assistant(mira, "Ada", profile={"starters": ["One", "Two"]})


def open_configure(
    new_context: NewContext, assistant: Assistant, *, alone: bool = False, **options: object
) -> Page:
    page = new_context(**{"person": EMAIL, "viewport": {"width": 1440, "height": 1000}, **options}).new_page()
    if alone:
        hear_of_nobody(page)
    page.goto(f"/build/{assistant.public_id}/configure")
    return page


def hear_of_nobody(page: Page) -> None:
    """What others save comes in no more, until the page saves something itself."""
    page.route("**/presence", lambda route: route.abort())


def wait_for_model(page: Page, model: str) -> None:
    """The running site reads the catalogue anew every few seconds; a model that was just added is there by then."""
    for _ in range(10):
        if page.locator(f'#f-fallback option[value="{model}"]').count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{model} is not offered")


def wait_for_state(page: Page, words: str) -> None:
    expect(page.locator("[role=status][data-save-state]")).to_have_text(words)


def test_what_is_written_is_saved_while_writing(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    problems = watch(page)
    page.get_by_label("Role").fill("You count clouds.")
    page.get_by_label("Longest answer, in tokens").fill("300")
    page.get_by_text("Only sources", exact=True).click()
    wait_for_state(page, "Saved")
    draft = present_draft(mira, assistant)
    assert draft["instructions"]["role"] == "You count clouds."
    assert draft["model"]["parameters"] == {"max_output_tokens": 300}
    assert draft["answer_policy"]["grounding"] == "only"
    page.get_by_label("Longest answer, in tokens").fill("")
    page.get_by_role("link", name="Versions").click()  # leaving at once waits for the saving
    page.wait_for_url("**/versions")
    assert present_draft(mira, assistant)["model"]["parameters"] == {}
    assert problems == []


def test_lists_are_written_and_ordered_by_keyboard(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    page.get_by_label("Starter 2", exact=True).press("Enter")
    page.keyboard.type("Three")
    page.get_by_role("button", name="Move: Starter 3", exact=True).press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Starter 1", exact=True)).to_have_value("Three")
    page.get_by_role("button", name="Remove: Starter 3", exact=True).press("Enter")
    wait_for_state(page, "Saved")
    assert present_draft(mira, assistant)["profile"]["starters"] == ["Three", "One"]


def test_where_two_write_the_same_field_both_texts_are_kept(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant, alone=True)
    theirs = {"instructions": {"role": "Theirs"}, "profile": {"tagline": "Also theirs"}}
    update_draft(actor=mira, assistant_id=assistant.public_id, patch=theirs)
    page.get_by_label("Role").fill("Mine")
    page.get_by_role("textbox", name="Description").fill("Only mine")
    wait_for_state(page, "Two texts for one field. Choose one")
    expect(page.locator("[data-conflict]").filter(has_text="Theirs")).to_be_visible()
    expect(page.get_by_label("What it does, in one sentence")).to_have_value("Also theirs")
    look(page)
    page.get_by_role("button", name="Keep mine").click()
    wait_for_state(page, "Saved")
    draft = present_draft(mira, assistant)
    assert (draft["instructions"]["role"], draft["profile"]["description"]) == ("Mine", "Only mine")
    assert draft["profile"]["tagline"] == "Also theirs"


def test_a_wrong_value_is_named_beside_its_field(new_context: NewContext, assistant: Assistant) -> None:
    page = open_configure(new_context, assistant)
    page.get_by_label("Passages an answer may read").fill("99")
    expect(page.get_by_text("Use a number up to 50.")).to_be_visible()
    look(page)
    page.get_by_label("Passages an answer may read").fill("9")
    expect(page.get_by_text("Use a number up to 50.")).to_have_count(0)
    wait_for_state(page, "Saved")


def test_two_browsers_on_one_draft_lose_nothing_and_see_each_other(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    one, two = open_configure(new_context, assistant), open_configure(new_context, assistant)
    one.get_by_label("Role").click()
    expect(two.get_by_text("You, in another window is here")).to_be_visible()
    one.get_by_label("Role").fill("One wrote the role.")
    two.get_by_role("textbox", name="Description").fill("Two wrote the description.")
    for page in (one, two):  # different fields come together by themselves
        expect(page.get_by_label("Role")).to_have_value("One wrote the role.")
        expect(page.get_by_role("textbox", name="Description")).to_have_value("Two wrote the description.")
    expect(two.locator('.changed[data-field="instructions.role"]')).to_be_visible()
    hear_of_nobody(one)
    two.get_by_label("How it behaves").fill("From two.")
    one.get_by_label("How it behaves").fill("From one.")
    held, first = (one, two) if wait_for_conflict(one, two) is one else (two, one)
    look(held)
    one.unroute_all()
    held.reload()  # what was not saved yet survives
    texts = {held.get_by_label("How it behaves").input_value(), held.locator("[data-theirs]").inner_text()}
    assert texts == {"From one.", "From two."}
    held.get_by_role("button", name="Put both into the field").click()
    wait_for_state(held, "Saved")
    both = present_draft(mira, assistant)["instructions"]["behaviour"]
    assert "From one." in both and "From two." in both
    expect(first.get_by_label("How it behaves")).to_have_value(both)
    expect(held.locator("[data-conflict]")).to_have_count(0)


def wait_for_conflict(one: Page, two: Page) -> Page:
    for _ in range(60):
        for page in (one, two):
            if page.locator("[data-conflict]").count():
                return page
        one.wait_for_timeout(100)
    raise AssertionError("nobody was asked which text to keep")


def test_one_wrong_field_holds_no_other_back(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    page.get_by_label("Temperature").fill("7")
    page.get_by_label("Role").fill("You count clouds.")
    expect(page.get_by_text("Use a number up to 2.")).to_be_visible()
    wait_for_state(page, "Some fields need another look")
    assert present_draft(mira, assistant)["instructions"]["role"] == "You count clouds."
    expect(page.get_by_role("link", name="Model needs a look")).to_be_visible()
    expect(page.get_by_label("Temperature")).to_have_value("7")
    page.get_by_label("Temperature").fill("1")
    wait_for_state(page, "Saved")


def test_examples_are_pairs_that_are_added_moved_and_removed(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    for number, word in enumerate(("One", "Two", "Three"), 1):
        page.get_by_role("button", name="Add an example").click()
        page.get_by_label(f"Question of example {number}").fill(f"{word}?")
        page.get_by_label(f"Answer of example {number}").fill(f"{word}.")
    page.get_by_role("button", name="Move: Example 3", exact=True).press("ArrowUp")
    page.get_by_role("button", name="Remove: Example 1", exact=True).click()
    wait_for_state(page, "Saved")
    assert present_draft(mira, assistant)["instructions"]["examples"] == [
        {"question": "Three?", "answer": "Three."},
        {"question": "Two?", "answer": "Two."},
    ]
    look(page)


def test_every_kind_of_field_is_saved_as_its_own_kind(
    new_context: NewContext, model_server: ModelServer, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    wait_for_model(page, "fake/chat")
    page.get_by_label("Highest cost of an answer").fill("0.05")
    page.get_by_label("Longest time, in seconds").fill("30")
    page.get_by_text("Check answers a second time").click()
    page.get_by_text("Show its steps").click()
    page.get_by_label("Language of its answers").select_option("de")
    page.get_by_label("If it fails, answer with").select_option("fake/chat")
    page.get_by_text("Calculator", exact=True).click()
    wait_for_state(page, "Saved")
    draft = present_draft(mira, assistant)
    assert draft["limits"] == {"cost": 50_000, "seconds": 30, "tool_calls": 10}
    policy = draft["answer_policy"]
    assert (policy["verification"], policy["show_steps"], policy["language"]) == (True, True, "de")
    assert draft["model"]["fallback"] == "fake/chat"
    assert draft["capabilities"] == {"calculator": True}
    left = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))")
    assert left == []


def test_two_of_it_answer_side_by_side_and_a_question_becomes_a_test(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    publish_version(actor=mira, assistant_id=assistant.public_id)
    page = open_configure(new_context, assistant)
    problems = watch(page)
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare")
    expect(page.get_by_label("Which").nth(1)).to_have_value("1")
    page.get_by_label("Ask both").fill("When is it open?")
    page.get_by_label("Ask both").press("Enter")
    expect(page.get_by_text("What happened inside")).to_have_count(2)
    page.get_by_text("What happened inside").first.click()
    page.get_by_role("button", name="Save as a test").click()
    expect(page.get_by_text("Saved as a test")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Tests").click()
    expect(page.get_by_text("When is it open?")).to_be_visible()
    look(page)
    assert problems == []


def test_stopping_one_answer_of_two_leaves_the_next_of_the_other_alone(
    new_context: NewContext, mira: Actor, model_server: ModelServer, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    wait_for_model(page, "fake/chat")
    page.goto(f"/build/{assistant.public_id}/compare")
    page.get_by_label("Model").first.select_option("fake/chat")
    page.get_by_label("Model").nth(1).select_option("fake/stall")
    model_server.answer("At nine.", model="chat")
    page.get_by_label("Ask both").fill("When is it open?")
    page.get_by_label("Ask both").press("Enter")
    expect(page.get_by_text("What happened inside")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    stopped = page.locator("[data-failure]:not([hidden])")
    expect(stopped).to_have_count(1)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    model_server.answer("word " * 40 + "at ten", model="chat", delay=0.05)
    page.get_by_label("Ask both").fill("And tomorrow?")
    page.get_by_label("Ask both").press("Enter")
    expect(page.get_by_text("at ten")).to_be_visible()
    expect(stopped).to_have_count(1)


def test_on_a_phone_the_two_sides_are_tabs(new_context: NewContext, assistant: Assistant) -> None:
    page = open_configure(new_context, assistant, viewport={"width": 360, "height": 780})
    page.goto(f"/build/{assistant.public_id}/compare")
    left, right = page.get_by_label("Left", exact=True), page.get_by_label("Right", exact=True)
    expect(right.first).to_be_hidden()
    page.get_by_role("button", name="Right").click()
    expect(left.first).to_be_hidden()
    look(page)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.large)])
def test_every_page_reads_well_on_a_phone_and_on_a_desk(
    new_context: NewContext, mira: Actor, assistant: Assistant, scheme: str
) -> None:
    publish_version(actor=mira, assistant_id=assistant.public_id, note="The first one")
    for width in (360, 1440):
        page = open_configure(
            new_context, assistant, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        look(page)
        for path in (
            "/build/",
            "/build/bin",
            *(f"/build/{assistant.public_id}/{tab}" for tab in ("knowledge", "versions", "publish")),
        ):
            page.goto(path)
            look(page)


def test_on_a_phone_the_preview_answers(new_context: NewContext, assistant: Assistant) -> None:
    page = open_configure(new_context, assistant, viewport={"width": 360, "height": 780})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="One", exact=True).click()
    expect(page.get_by_text("What happened inside")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_role("button", name="One", exact=True)).to_be_visible()
