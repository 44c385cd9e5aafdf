"""The knowledge page, by hand: files, tags, quoting, how a source was cut, questions with answers, removing and undoing."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look, sign_up, watch
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A lease and the rules of a house."""
    texts = {"lease.md": "# Rent\n\nThe rent is due on the first.", "rules.md": "# Quiet\n\nQuiet after ten."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in texts]


def test_knowledge_is_kept_in_order(site: Site, new_context: NewContext, files: list[str]) -> None:
    page = new_context(viewport={"width": 1440, "height": 1000}).new_page()
    problems = watch(page)
    sign_up(page, name="Noor", email="noor@example.org")
    page.goto("/build/")
    page.get_by_text("New assistant").first.click()
    page.get_by_role("button", name="Start empty").click()
    page.wait_for_url("**/configure")
    page.get_by_role("link", name="Knowledge").click()
    page.locator("[data-drop] input[type=file]").set_input_files(files)

    expect(page.locator("#knowledge-table .chip-ok")).to_have_count(2, timeout=30_000)
    change_both(page)
    cut(page)
    pairs(page)
    share(page)
    remove(page)
    # Half a pair was refused, which the browser and htmx both tell.
    assert [problem for problem in problems if " 400 " not in problem] == []


def change_both(page: Page) -> None:
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tags, with commas between them").fill("house")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("tbody").get_by_text("#house")).to_have_count(2)
    page.get_by_role("toolbar").get_by_role("button", name="Quoting").click()
    page.get_by_label("Never shown").check()
    page.locator("#bulk-showing").get_by_role("button", name="Set").click()
    expect(page.locator("tbody").get_by_text("Never shown")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_text("2 chosen")).to_be_hidden()


def cut(page: Page) -> None:
    page.get_by_role("link", name="lease.md").first.click()
    expect(page.get_by_role("heading", name="How it was cut")).to_be_visible()
    expect(page.get_by_role("region", name="Passage 1")).to_contain_text("due on the first")
    look(page)
    page.get_by_role("link", name="All sources").click()


def pairs(page: Page) -> None:
    page.get_by_role("button", name="Questions and answers").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Visits")
    dialog.get_by_label("Question").fill("When may we come?")
    dialog.get_by_role("button", name="Add questions").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Write both")
    dialog.get_by_label("Answer").fill("After nine.")
    dialog.get_by_role("button", name="Add questions").click()
    expect(page.locator("#knowledge-table").get_by_text("1 pair")).to_be_visible(timeout=30_000)


def share(page: Page) -> None:
    knowledge = page.url
    page.goto("/build/")
    page.get_by_text("New assistant").first.click()
    page.get_by_role("button", name="Start empty").click()
    page.wait_for_url("**/configure")
    page.get_by_role("link", name="Knowledge").click()
    page.get_by_role("button", name="From another assistant").click()
    page.get_by_role("button", name="Add lease.md").click()
    expect(page.get_by_role("button", name="Stop sharing lease.md")).to_be_focused()
    look(page)
    page.keyboard.press("Escape")
    expect(page.locator("#knowledge-table").get_by_text("lease.md")).to_be_visible()
    page.goto(knowledge)
    page.locator("#knowledge-table").get_by_role("button", name="More for lease.md").click()
    page.locator(".pop:popover-open").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("no longer answers from it either")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#knowledge-table").get_by_text("lease.md")).to_be_visible()


def remove(page: Page) -> None:
    page.get_by_role("checkbox", name="Choose rules.md").check()
    page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
    expect(page.locator("#knowledge-table").get_by_text("rules.md")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#knowledge-table").get_by_text("rules.md")).to_be_visible()
