"""Somebody's first assistant: from an empty workspace to a published one, by clicks and by the clock."""

from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look, sign_up, watch
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
MOST_CLICKS = 12
MOST_SECONDS = 180
# Pressing Enter in a form clicks its button too, with a detail of 0: that is no click of a person's.
COUNT = """
addEventListener("click", (event) => {
  if (event.isTrusted && event.detail) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true);
"""


def test_from_nothing_to_published(site: Site, new_context: NewContext) -> None:
    page = new_context(viewport={"width": 1440, "height": 1000}).new_page()
    problems = watch(page)
    page.add_init_script(COUNT)
    began = monotonic()
    sign_up(page, name="Ines", email="ines@example.org")
    page.evaluate("sessionStorage.clicks = 0")
    say_what_it_is_for(page)
    try_it(page)
    publish(page)
    assert int(page.evaluate("sessionStorage.clicks")) <= MOST_CLICKS
    assert monotonic() - began < MOST_SECONDS
    look(page)
    assert problems == []


def say_what_it_is_for(page: Page) -> None:
    page.get_by_role("link", name="Build", exact=True).first.click()
    page.get_by_role("link", name="Build the first one").click()
    page.get_by_role("button", name="Say what it is for").click()
    page.wait_for_url("**/create")
    page.get_by_role("textbox", name="What should your assistant help with?").fill(
        "answer what new colleagues ask in their first weeks"
    )
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".changed").first).to_be_visible()


def try_it(page: Page) -> None:
    page.get_by_role("link", name="Try it").click()
    page.wait_for_url("**/configure*")
    page.get_by_placeholder("Try the draft").fill("How many days of leave do I have?")
    page.get_by_placeholder("Try the draft").press("Enter")
    expect(page.get_by_text("What happened inside")).to_be_visible(timeout=30_000)


def publish(page: Page) -> None:
    page.get_by_role("link", name="Publish").first.click()
    page.wait_for_url("**/publish")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible()
