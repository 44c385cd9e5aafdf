"""The shared scripts and components, in a real browser on a running site."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.fixtures.live import Site
from tests.web.xss_payloads import PAYLOADS
from web import markdown

pytestmark = pytest.mark.browser
EVENT_STREAM = {"Content-Type": "text/event-stream"}


@pytest.fixture(scope="module")
def shown(live_site: Site) -> Site:
    """A running site; nothing here writes rows, so nothing is cleaned between these tests."""
    for name in ("web", "worker"):
        process = live_site.running.get(name)
        if process is None or process.poll() is not None:
            live_site.start(name)
    live_site.wait_until_ready()
    return live_site


@pytest.fixture
def visit(shown: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new visitor: `visit("/_gallery", color_scheme="dark")`."""
    made: list[BrowserContext] = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(base_url=shown.url, **options)
        made.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in made:
        context.close()


@pytest.fixture
def gallery(visit: Callable[..., Page]) -> Page:
    return visit("/_gallery")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("path", ["/_gallery", "/no-such-page", "/accounts/signup/"])
def test_a_page_is_accessible_and_fits(visit: Callable[..., Page], path: str, theme: str, width: int) -> None:
    size = {"width": width, "height": 900}
    page = visit(path, color_scheme=theme, viewport=size, reduced_motion="reduce")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_attack_runs_or_asks_another_host(gallery: Page) -> None:
    seen: list[str] = []
    gallery.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    gallery.on(
        "request", lambda request: seen.append(request.url) if "localhost" not in request.url else None
    )
    html = "".join(
        f"<div class='answer'>{markdown.render(payload, {1: payload})}</div>" for payload in PAYLOADS
    )
    gallery.evaluate("html => { document.querySelector('main').innerHTML = html }", html)
    gallery.evaluate(
        "document.querySelectorAll('main *').forEach(e => ['click','focus','mouseover','toggle'].forEach("
        "n => n === 'click' && e.closest('a') ? 0 : e.dispatchEvent(new Event(n, {bubbles: true}))))"
    )
    gallery.wait_for_timeout(300)
    assert seen == []


def test_a_key_opens_the_search_and_another_closes_it(gallery: Page) -> None:
    gallery.keyboard.press("Control+k")
    expect(gallery.locator("#search-dialog")).to_be_visible()
    gallery.keyboard.type("lease")
    expect(gallery.locator("[data-search-words]")).to_have_text("lease")
    gallery.keyboard.press("Escape")
    expect(gallery.locator("#search-dialog")).to_be_hidden()


def test_single_keys_are_off_while_somebody_types_and_can_be_switched_off(gallery: Page) -> None:
    shortcuts = gallery.locator("#shortcuts-dialog")
    gallery.locator("#id_name").first.fill("a")
    gallery.keyboard.type("?")
    expect(shortcuts).to_be_hidden()
    gallery.locator("h1").first.click()
    gallery.keyboard.press("?")
    expect(shortcuts).to_be_visible()
    gallery.locator("[data-single-keys]").uncheck()
    gallery.keyboard.press("Escape")
    gallery.keyboard.press("?")
    expect(shortcuts).to_be_hidden()


def test_the_theme_changes_at_once_and_stays(gallery: Page) -> None:
    gallery.locator("[popovertarget=account-menu]:visible").first.click()
    with gallery.expect_response("**/preferences/"):
        gallery.locator("[data-theme-form] button[value=dark]").click()
    expect(gallery.locator("html")).to_have_attribute("data-theme", "bottega-dark")
    gallery.reload()
    expect(gallery.locator("html")).to_have_attribute("data-theme", "bottega-dark")


def test_the_language_changes_and_the_page_stays(gallery: Page) -> None:
    gallery.locator("[popovertarget=account-menu]:visible").first.click()
    gallery.locator("#account-menu button[value=zh-hans]").click()
    expect(gallery.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert gallery.url.endswith("/_gallery")


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(gallery: Page) -> None:
    button = gallery.locator("[popovertarget=g-menu]")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    gallery.keyboard.press("ArrowDown")
    assert gallery.evaluate("document.activeElement.textContent.trim()") == "Share"
    gallery.keyboard.press("Escape")
    expect(gallery.locator("#g-menu")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_code_block_is_copied(gallery: Page) -> None:
    gallery.context.grant_permissions(["clipboard-read", "clipboard-write"])
    gallery.locator("[data-copy-code]").click()
    expect(gallery.locator("#toasts")).to_contain_text("Copied")
    assert "def rent" in gallery.evaluate("navigator.clipboard.readText()")


READ = """async ([url, options]) => {
  const { readEvents } = await import("/static/web/sse.js");
  const seen = [];
  const resume = options.resumeUrl ? () => options.resumeUrl : null;
  try {
    const last = await readEvents(url, { ...options, resume, onEvent: (event) => { seen.push([event.id, event.event, event.data]) } });
    return { seen, last: last.event };
  } catch (error) {
    return { seen, error: error.message, code: error.code, status: error.status };
  }
}"""


def test_a_cut_stream_goes_on_where_it_stopped(gallery: Page) -> None:
    asked: list[Request] = []
    parts = [
        'id: 1\nevent: text.delta\ndata: {"text": "Yes, "}\n\nid: 2\nevent: text.delta\ndata: {"te',
        'id: 2\nevent: text.delta\ndata: {"text": "once."}\n\nid: 3\nevent: message.finished\ndata: {}\n\n',
    ]

    def answer(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(headers=EVENT_STREAM, body=parts[len(asked) - 1])

    gallery.route("**/stream/**", answer)
    options = {"method": "POST", "json": {"text": "May they?"}, "resumeUrl": "/stream/again"}
    result = gallery.evaluate(READ, ["/stream/first", options])
    assert [event[2].get("text") for event in result["seen"]] == ["Yes, ", "once.", None]
    assert [(request.method, request.headers.get("last-event-id")) for request in asked] == [
        ("POST", None),
        ("GET", "1"),
    ]
    assert json.loads(asked[0].post_data or "") == {"text": "May they?"}
    assert asked[0].headers["x-csrftoken"]


def test_a_refused_stream_says_why_and_is_not_asked_again(gallery: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=402, json={"detail": "The allowance is used up.", "code": "allowance_used_up"})

    gallery.route("**/stream/**", answer)
    result = gallery.evaluate(READ, ["/stream/x", {"method": "POST", "json": {}}])
    assert (result["error"], result["code"], result["status"]) == (
        "The allowance is used up.",
        "allowance_used_up",
        402,
    )
    assert len(asked) == 1


def test_events_are_read_however_they_are_cut(gallery: Page) -> None:
    text = ': hello\r\nid: 7\r\nevent: a\r\ndata: 一\r\ndata: two\r\n\r\ndata: {"n": 1}\n\n'
    parse = """async ([text, size]) => {
      const { EventParser } = await import("/static/web/sse.js");
      const parser = new EventParser(), seen = [];
      for (let at = 0; at < text.length; at += size) for (const event of parser.push(text.slice(at, at + size))) seen.push(event);
      return seen;
    }"""
    expected = [
        {"id": "7", "event": "a", "data": "一\ntwo"},
        {"id": "7", "event": "message", "data": {"n": 1}},
    ]
    for size in (1, 2, 3, 7, 1000):
        assert gallery.evaluate(parse, [text, size]) == expected


START_AUTOSAVE = """async () => {
  const { autosave } = await import("/static/web/autosave.js");
  const form = document.createElement("form");
  form.action = "/autosave/here";
  form.innerHTML = '<input name="name" id="auto" aria-label="Auto"><span data-save-state><span data-save-words></span></span>';
  document.querySelector("main").prepend(form);
  autosave(form);
}"""


def test_writing_is_saved_once_after_a_pause(gallery: Page) -> None:
    bodies: list[str] = []

    def answer(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.fulfill(json={})

    gallery.route("**/autosave/**", answer)
    gallery.evaluate(START_AUTOSAVE)
    gallery.locator("#auto").press_sequentially("Ledger")
    expect(gallery.locator("[data-save-words]").first).to_have_text("Saved")
    assert len(bodies) == 1
    assert "Ledger" in bodies[0]


def test_what_could_not_be_saved_is_tried_again(gallery: Page) -> None:
    statuses = iter([503, 200])
    gallery.route("**/autosave/**", lambda route: route.fulfill(status=next(statuses), json={}))
    gallery.evaluate(START_AUTOSAVE)
    gallery.locator("#auto").fill("Ledger")
    expect(gallery.locator("[data-save-words]").first).to_have_text("Not saved, trying again")
    expect(gallery.locator("[data-save-words]").first).to_have_text("Saved")


def test_what_the_server_refuses_is_said_and_not_sent_again(gallery: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=400, json={"detail": "This name is taken."})

    gallery.route("**/autosave/**", answer)
    gallery.evaluate(START_AUTOSAVE)
    gallery.locator("#auto").fill("Ledger")
    expect(gallery.locator("[data-save-words]").first).to_have_text("This name is taken.")
    gallery.wait_for_timeout(2500)
    assert len(asked) == 1


def test_a_file_is_sent_with_progress(gallery: Page) -> None:
    steps = gallery.evaluate(
        """async () => {
          const { upload } = await import("/static/web/upload.js");
          const steps = [];
          const file = new File(["x".repeat(200000)], "notes.txt", { type: "text/plain" });
          await upload("/preferences/", file, { onProgress: (sent, total) => steps.push(sent / total) });
          return steps;
        }"""
    )
    assert steps[-1] == 1


def test_a_refused_file_says_why(gallery: Page) -> None:
    gallery.route("**/upload/here", lambda route: route.fulfill(status=413, body="too much"))
    message = gallery.evaluate(
        """async () => {
          const { upload } = await import("/static/web/upload.js");
          return upload("/upload/here", new File(["x"], "a.txt")).catch((error) => error.message);
        }"""
    )
    assert message == "This file is larger than is accepted here."


def test_a_password_can_be_looked_at(visit: Callable[..., Page]) -> None:
    page = visit("/accounts/login/")
    field = page.locator("#id_password")
    field.fill("three unrelated words")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")


def test_alpine_comes_only_to_pages_that_use_it(gallery: Page) -> None:
    assert gallery.evaluate("'Alpine' in window") is False
    with gallery.expect_response("**/alpine-csp*"):
        gallery.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<p x-data x-text=\"1\" id=\"al\"></p>');"
            "document.body.dispatchEvent(new CustomEvent('htmx:load', {bubbles: true}))"
        )
    expect(gallery.locator("#al")).to_have_text("1")


def test_open_menus_and_dialogs_are_accessible(gallery: Page) -> None:
    gallery.emulate_media(reduced_motion="reduce")
    for opener in ("[popovertarget=account-menu]", "[data-open-search]", "[data-open-dialog=g-dialog]"):
        gallery.locator(f"{opener}:visible").first.click()
        assert Axe().run(gallery).response["violations"] == []
        gallery.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"status": 409, "body": '<div class="notice">Not in this state. Reload.</div>'},
            "Not in this state. Reload.",
        ),
        ({"status": 400, "json": {"detail": "No.", "errors": [{"message": "Too long."}]}}, "No. Too long."),
        ({"status": 401, "body": ""}, "You were signed out."),
        ({"status": 500, "body": "<h1>x</h1>"}, "This did not work."),
    ],
)
def test_a_refused_request_says_why(gallery: Page, answer: dict[str, Any], words: str) -> None:
    gallery.route("**/refused", lambda route: route.fulfill(**answer))
    gallery.evaluate("htmx.ajax('POST', '/refused', {target: 'main', swap: 'innerHTML'})")
    expect(gallery.locator("#toasts")).to_contain_text(words)
    expect(gallery.locator("main h1")).to_have_text("Components")
