"""Second factors in a real browser: a passkey through Chromium's virtual authenticator, an app, recovery codes."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.accounts.helpers import code_for
from tests.browser.looking import look, sign_in, watch
from tests.fixtures.live import NewContext, Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "dora@example.org", "three unrelated words"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def dora(site: Site) -> None:
    site.person(EMAIL, PASSWORD, "Dora Lind")


def with_authenticator(context: BrowserContext, page: Page) -> Any:
    """Plug a virtual authenticator in; returns the protocol session that holds it."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session


def confirm(page: Page) -> None:
    """Type the password once more, where the page asks."""
    look(page)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def arrive(page: Page) -> None:
    """Wait for the first page that a person sees after signing in."""
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/logout" not in url)


def add_passkey(page: Page, name: str) -> None:
    page.goto("/account/security")
    look(page)
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    look(page)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.large)])
def test_a_passkey_is_added_named_used_and_removed(new_context: NewContext, scheme: Any) -> None:
    context = new_context(color_scheme=scheme)
    page = context.new_page()
    problems = watch(page)
    with_authenticator(context, page)
    sign_in(page, EMAIL, PASSWORD)
    add_passkey(page, "Laptop")
    look(page)
    assert page.locator("#codes li").count() == 10
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename == "bottega-recovery-codes.txt"
    assert len(saved.value.path().read_text().strip().splitlines()) == 12
    sign_out(page)
    page.goto("/accounts/login/")
    look(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    arrive(page)
    page.goto("/account/security")
    assert page.get_by_text("Laptop", exact=True).is_visible()
    look(page)
    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_role("link", name="Passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name", exact=True).fill("Work laptop")
    look(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Work laptop").click()
    look(page)
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("None yet. With one you sign in").wait_for()
    assert problems == []


def test_a_passkey_is_the_second_step_after_the_password(new_context: NewContext) -> None:
    context = new_context()
    page = context.new_page()
    with_authenticator(context, page)
    sign_in(page, EMAIL, PASSWORD)
    add_passkey(page, "Laptop")
    sign_out(page)
    sign_in(page, EMAIL, PASSWORD)
    look(page)
    page.get_by_role("button", name="Use a passkey").click()
    arrive(page)


def test_another_authenticator_opens_nothing(new_context: NewContext) -> None:
    context = new_context()
    page = context.new_page()
    session = with_authenticator(context, page)
    sign_in(page, EMAIL, PASSWORD)
    add_passkey(page, "Laptop")
    sign_out(page)
    session.send("WebAuthn.disable")
    with_authenticator(context, page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not used").wait_for()
    assert "/accounts/login/" in page.url


def test_an_app_and_then_a_recovery_code(new_context: NewContext) -> None:
    page = new_context(viewport={"width": 360, "height": 780}).new_page()
    problems = watch(page)
    sign_in(page, EMAIL, PASSWORD)
    page.goto("/account/security")
    look(page)
    page.get_by_role("link", name="Set it up").click()
    confirm(page)
    look(page)
    assert page.locator("img[src*='app.svg']").evaluate("image => image.naturalWidth > 0")
    secret = page.locator("#app-key").inner_text()
    page.get_by_label("The six digits").fill(code_for(secret))
    page.get_by_role("button", name="Turn it on").click()
    page.wait_for_url("**/recovery-codes/")
    look(page)
    code = page.locator("#codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    sign_in(page, EMAIL, PASSWORD)
    look(page)
    page.get_by_label("Code").fill("000 000")
    page.keyboard.press("Enter")
    page.get_by_text("This did not fit").wait_for()
    look(page)
    page.get_by_label("Code").fill(code_for(secret, steps=1))
    page.keyboard.press("Enter")
    arrive(page)
    sign_out(page)
    sign_in(page, EMAIL, PASSWORD)
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    arrive(page)
    page.goto("/account/security")
    page.get_by_text("9 codes are left").wait_for()
    look(page)
    assert problems == []
