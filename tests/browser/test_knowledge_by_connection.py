"""Knowledge from another service, by hand: connected, picked in its tree, answered from, changed there, and answered anew."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look, sign_up, watch
from tests.fakes.github_content_server import GitHubFake, github_content_server
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def github(site: Site) -> Iterator[GitHubFake]:
    with github_content_server(site.guest_port) as fake:
        fake.tokens = {"github_pat_good"}
        yield fake


def test_a_folder_of_a_repository_becomes_knowledge_and_stays_fresh(
    site: Site, new_context: NewContext, github: GitHubFake
) -> None:
    files = github.repository(
        "harbour/handbook",
        {
            "docs/rent.md": b"# Rent\n\nThe monthly rent of flat three is 1,450 euros.",
            "notes.md": b"Not asked for.",
        },
    )
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    problems = watch(page)
    sign_up(page, name="Noor", email="noor@example.org")
    page.goto("/build/")
    page.get_by_text("New assistant").first.click()
    page.get_by_role("button", name="Start empty").click()
    page.wait_for_url("**/configure")
    page.get_by_role("link", name="Knowledge").click()
    connect(page)
    pick(page)
    expect(page.locator("#knowledge-table")).to_contain_text("Read with the account of Noor")
    answered(page, "1,450 euros")
    files["docs/rent.md"] = b"# Rent\n\nThe monthly rent of flat three is 1,600 euros."
    page.get_by_role("button", name="More for GitHub").click()
    page.get_by_role("button", name="Look now").click()
    answered(page, "1,600 euros")
    assert problems == []


def connect(page: Page) -> None:
    page.get_by_role("link", name="From another service").click()
    look(page)
    page.get_by_role("link", name="GitHub").click()
    page.get_by_role("button", name="Connect with a token").click()
    page.locator("input[name=key]").fill("github_pat_good")
    page.locator("input[name=key]").press("Enter")
    page.wait_for_url("**/knowledge/connect**")


def pick(page: Page) -> None:
    page.get_by_role("radio", name="harbour/handbook").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="What is in main").click()
    look(page)
    page.get_by_role("radio", name="docs").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/knowledge")


def answered(page: Page, words: str) -> None:
    """Once the knowledge page's own search finds it, the draft answers with it, and says where it stands."""
    knowledge = page.url
    box = page.get_by_placeholder("Search inside the sources")
    for _attempt in range(60):
        box.fill("monthly rent of flat three")
        box.press("Enter")
        page.wait_for_timeout(400)
        if words in page.locator("#knowledge-found").inner_text():
            break
    expect(page.locator("#knowledge-found")).to_contain_text(words)
    page.get_by_role("link", name="Configure").click()
    page.wait_for_url("**/configure")
    question = page.get_by_placeholder("Try the draft")
    question.fill("What is the monthly rent of flat three?")
    question.press("Enter")
    expect(page.locator(".answer").last).to_contain_text(words)
    expect(page.locator(".cite").last).to_be_visible()
    page.goto(knowledge)
