"""The builder in a real browser: saving while writing, two writers, lists by keyboard, phones and dark rooms."""

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from organisations.actors import Actor
from tests.browser.looking import look, sign_in, watch
from tests.factories.building import make_assistant, present_draft
from tests.factories.organisations import make_actor, make_user
from tests.fixtures.live import NewContext

pytestmark = pytest.mark.browser
PASSWORD = "three unrelated words"


@pytest.fixture
def mira(transactional_db: None) -> Actor:
    """Somebody who builds in her own organisation, with a password that the running site can check."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"]):
        return make_actor(make_user("mira@example.org", name="Mira", password=PASSWORD))


@pytest.fixture
def assistant(mira: Actor) -> Assistant:
    return make_assistant(mira, "Ada", profile={"starters": ["One", "Two"]})


def open_configure(new_context: NewContext, assistant: Assistant, **options: object) -> Page:
    page = new_context(**{"viewport": {"width": 1440, "height": 1000}, **options}).new_page()
    sign_in(page, "mira@example.org", PASSWORD)
    page.goto(f"/build/{assistant.public_id}/configure")
    return page


def wait_for_state(page: Page, words: str) -> None:
    expect(page.locator("[role=status][data-save-state]")).to_have_text(words)


def test_what_is_written_is_saved_while_writing(
    new_context: NewContext, mira: Actor, assistant: Assistant
) -> None:
    page = open_configure(new_context, assistant)
    problems = watch(page)
    page.get_by_label("Role").fill("You count clouds.")
    page.get_by_label("Longest answer, in tokens").fill("300")
    page.get_by_text("Only sources").click()
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
    page = open_configure(new_context, assistant)
    theirs = {"instructions": {"role": "Theirs"}, "profile": {"tagline": "Also theirs"}}
    update_draft(actor=mira, assistant_id=assistant.public_id, patch=theirs)
    page.get_by_label("Role").fill("Mine")
    page.get_by_label("Description").fill("Only mine")
    wait_for_state(page, "Two texts for one field. Choose one")
    expect(page.get_by_role("alert").filter(has_text="Theirs")).to_be_visible()
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
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
