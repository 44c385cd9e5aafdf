"""Lists that are ordered by hand, by mouse, finger and keyboard: the page's own script in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "store" / "static" / "store" / "order.js"
ROW = (
    '<li data-order-row="{n}" data-order-name="Row {n}" style="height:{height}px"><span data-order-handle'
    ' style="display:inline-block;width:24px;height:24px"></span><button data-order-move="-1">up</button>'
    '<button data-order-move="1">down</button></li>'
)
ROWS = "".join(ROW.format(n=n, height=40 + 10 * n) for n in range(1, 6))
FILES = {
    "/": f'<!doctype html><p data-order-status data-moved="Moved to %s" data-failed="No"></p><ol data-order-list'
    f' data-order-url="/x">{ROWS}</ol><script type="module" src="/store/order.js"></script>',
    "/store/order.js": SCRIPT.read_text(encoding="utf-8"),
    "/web/api.js": "window.sent = []; export async function request(url, { form }) { window.sent.push(form.getAll('order').join('')); }",
    "/web/toasts.js": "export function toast() {}",
}


def serve(route: Route) -> None:
    path = "/" + route.request.url.partition("//")[2].partition("/")[2]
    kind = "text/javascript" if path.endswith(".js") else "text/html"
    route.fulfill(body=FILES[path], content_type=kind)


def opened(browser: Browser, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.route("**/*", serve)
    page.goto("http://order.example/")
    return page


def order(page: Page) -> str:
    rows = "[...document.querySelectorAll('[data-order-row]')].map((row) => row.dataset.orderRow).join('')"
    return str(page.evaluate(rows))


def handle(page: Page, number: int) -> tuple[float, float]:
    box = page.locator(f'[data-order-row="{number}"] [data-order-handle]').bounding_box()
    assert box is not None
    return box["x"] + 8, box["y"] + 8


def foot(page: Page, number: int) -> float:
    box = page.locator(f'[data-order-row="{number}"]').bounding_box()
    assert box is not None
    return box["y"] + box["height"] - 3


def test_a_mouse_drags_and_escape_takes_it_back(browser: Browser) -> None:
    page = opened(browser)
    (x, y), end = handle(page, 1), foot(page, 3)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, end, steps=12)
    page.mouse.up()
    assert order(page) == "23145" and page.evaluate("window.sent") == ["23145"]
    assert page.inner_text("[data-order-status]") == "Row 1: Moved to 3"
    page.mouse.move(*handle(page, 5))
    page.mouse.down()
    page.mouse.move(x, 4, steps=12)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == "23145" and page.evaluate("window.sent") == ["23145"]
    page.context.close()


def test_a_finger_drags(browser: Browser) -> None:
    page = opened(browser, has_touch=True, viewport={"width": 390, "height": 700})
    (x, y), end = handle(page, 1), foot(page, 4)
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 13):
        points = [{"x": x, "y": y + (end - y) * step / 12}]
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert order(page) == "23415" and page.evaluate("window.sent") == ["23415"]
    page.context.close()


def test_keys_move_a_row_and_keep_the_focus(browser: Browser) -> None:
    page = opened(browser)
    page.locator('[data-order-row="2"] [data-order-move="-1"]').focus()
    page.keyboard.press("Enter")
    assert order(page) == "21345" and page.evaluate("window.sent") == ["21345"]
    # Its own button is off at the end, so the other one has the focus.
    assert page.evaluate("document.activeElement.dataset.orderMove") == "1"
    page.context.close()
