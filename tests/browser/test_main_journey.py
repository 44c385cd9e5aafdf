"""The main job, in a real browser: build on one's own file, publish, be found, give a cited answer."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from tests.browser.looking import confirmation_link, look, sign_up, watch
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
RENT = "The Tenant shall pay the Rent of 1,450 euros on or before the first day of every month."
PETS = "Dogs over 20 kg are never allowed in the house."


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    """A lease of two pages."""
    file, style = tmp_path / "Lease 14 Mill Street.pdf", getSampleStyleSheet()
    heading, body = style["Heading1"], style["BodyText"]
    pages = [Paragraph("1. Rent", heading), Paragraph(RENT, body), PageBreak()]
    SimpleDocTemplate(str(file)).build([*pages, Paragraph("2. Pets", heading), Paragraph(PETS, body)])
    return file


def test_build_publish_discover_chat(site: Site, new_context: NewContext, lease: Path) -> None:
    creator = new_context(viewport={"width": 1440, "height": 1000}).new_page()
    problems = watch(creator)
    sign_up(creator, name="Noor", email="noor@example.org")
    build(creator, lease)
    preview(creator)
    creator.goto(confirmation_link(lambda: site.log("web"), "noor@example.org"))
    look(creator)
    creator.get_by_role("button", name="Confirm").click()
    publish(creator)
    visitor = new_context(viewport={"width": 360, "height": 780}).new_page()
    problems_of_visitor = watch(visitor)
    sign_up(visitor, name="Sam", email="sam@example.org")
    find(visitor)
    ask(visitor)
    assert problems == []
    assert problems_of_visitor == []


def build(page: Page, lease: Path) -> None:
    page.goto("/build/")
    look(page)
    page.get_by_text("New assistant").first.click()
    page.get_by_role("button", name="Start empty").click()
    page.wait_for_url("**/configure")
    page.get_by_label("Name", exact=True).fill("Mill Street lease")
    page.get_by_label("What it does, in one sentence").fill("Answers from the lease of 14 Mill Street")
    page.get_by_label("Role").fill("You know the lease and nothing else.")
    expect(page.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Knowledge").click()
    page.wait_for_url("**/knowledge")
    look(page)
    page.locator("input[type=file]").first.set_input_files(str(lease))
    expect(page.get_by_text("Ready: 2 passages from 2 pages")).to_be_visible(timeout=30_000)
    look(page)
    page.get_by_role("link", name="Configure").click()
    page.wait_for_url("**/configure")
    expect(page.get_by_label("Role")).to_have_value("You know the lease and nothing else.")


def preview(page: Page) -> None:
    box = page.get_by_placeholder("Try the draft")
    box.fill("When is the rent due?")
    box.press("Enter")
    expect(page.get_by_text("on or before the first day of every month").first).to_be_visible()
    expect(page.get_by_text("What happened inside")).to_be_visible()
    look(page)


def publish(page: Page) -> None:
    page.goto("/build/")
    page.get_by_role("link", name="Mill Street lease").click()
    page.wait_for_url("**/configure")
    page.get_by_role("link", name="Publish").click()
    page.wait_for_url("**/publish")
    look(page)
    page.get_by_text("The public store").first.click()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible()
    look(page)


def find(page: Page) -> None:
    page.goto("/")
    look(page)
    page.get_by_role("combobox", name="Search the store").fill("lease mill stret")
    page.get_by_role("combobox", name="Search the store").press("Enter")
    expect(page.get_by_role("link", name="Mill Street lease").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Mill Street lease").first.click()
    page.wait_for_url("**/a/mill-street-lease")
    look(page)
    expect(page.get_by_text("Nothing you type leaves it").first).to_be_visible()
    page.get_by_role("link", name="Read the whole disclosure").click()
    look(page)
    page.go_back()


def ask(page: Page) -> None:
    page.get_by_role("button", name="Start chat").first.click()
    page.wait_for_url("**/chats/conv_*")
    look(page)
    page.get_by_label("Message", exact=True).fill("When is the rent due?")
    page.get_by_role("button", name="Send").click()
    answer = page.locator("[data-answer] .answer")
    expect(answer).to_contain_text("on or before the first day of every month")
    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    look(page)
    page.locator(".cite").first.click()
    expect(page.locator(".para-hit")).to_contain_text(RENT)
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.get_by_label("Message", exact=True).fill("Who won the world cup in 1998?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("I don't have enough information to answer that.")).to_be_visible()
