"""What every journey does on every page: read it as a person would, and let axe look at it."""

import re
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
# Until nothing was fetched for a moment and no fragment is on its way: half a second sooner than Playwright's network idle.
SETTLED = """() => new Promise(resolve => {
    let count = -1, quiet = 0;
    const check = () => {
        const now = performance.getEntriesByType("resource").length;
        const busy = document.readyState !== "complete" || document.querySelector(".htmx-request") !== null;
        quiet = busy || now !== count ? 0 : quiet + 1;
        count = now;
        quiet >= 3 ? resolve() : setTimeout(check, 40);
    };
    document.fonts.ready.then(check);
})"""


def watch(page: Page) -> list[str]:
    """Collect what the browser complains about from now on: script errors and refused resources."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems


def look(page: Page) -> None:
    """Nothing on this page is out of reach, and it never scrolls sideways."""
    glance(page)
    found: Any = AXE.run(page).response
    violations = [
        f"{item['id']}: {item['help']}: {[node['html'][:160] for node in item['nodes'][:3]]}"
        for item in found["violations"]
    ]
    assert violations == [], f"{page.url}\n" + "\n".join(violations)


def glance(page: Page) -> None:
    """It never scrolls sideways."""
    page.evaluate(SETTLED)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} scrolls sideways by {wider} px"


def sign_up(page: Page, *, name: str, email: str) -> None:
    """Make an account on the sign-up page."""
    page.goto("/accounts/signup/")
    look(page)
    page.get_by_label("Your name").fill(name)
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password1]").fill("three unrelated words")
    page.locator("input[name=password1]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/signup" not in url)


def sign_in(page: Page, email: str, password: str = "bottega") -> None:
    """Sign in on the sign-in page."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def confirmation_link(log: Callable[[], str], email: str) -> str:
    """The link of the newest confirmation message, as the console backend printed it."""
    text = log()
    assert email in text
    return re.findall(r"https?://\S+/accounts/confirm-email/\S+", text)[-1]
