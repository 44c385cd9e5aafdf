"""The bell, the inbox, the staff's pages and acting as somebody, in a real browser and under axe."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page

from accounts.actions.grant_staff import grant_staff
from accounts.models import User
from tests.browser.looking import look, watch
from tests.events.helpers import change_role, told
from tests.factories.organisations import add_member, make_actor, make_organisation, make_user
from tests.fixtures.live import NewContext, Site
from tests.fixtures.people import client_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light", "locale": "en-US"}
DARK = {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "dark", "locale": "en-US"}
NARROW = {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark", "locale": "en-US"}
LOOKS = [
    pytest.param(WIDE, id="wide"),
    pytest.param(DARK, id="dark", marks=pytest.mark.large),
    pytest.param(NARROW, id="narrow"),
]
SHOTS = os.environ.get("BOTTEGA_SHOTS", "")


def shoot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def enter(context: BrowserContext, site: Site, email: str) -> Page:
    """A page in which somebody is signed in."""
    with override_settings(SECRET_KEY=site.environment["SECRET_KEY"]):  # sessions are signed
        client = client_for(make_actor(User.objects.get(email=email)))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
    return context.new_page()


@pytest.fixture
def people(site: Site) -> None:
    """Alice and Bob with some news, and Olga of the staff."""
    alice = make_organisation(make_user("alice@example.org", name="Alice Moss"), "Harbour & Pine")
    bob = add_member(alice.organisation, make_user("bob@example.org", name="Bob Reed"))
    make_user("olga@example.org", name="Olga Berg")
    grant_staff(email="olga@example.org", role="operator")
    change_role(alice, bob)
    assert told(bob)


@pytest.mark.parametrize("given", LOOKS)
def test_the_bell_and_the_inbox(
    given: dict[str, object],
    site: Site,
    new_context: NewContext,
    people: None,
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.id
    page = enter(new_context(**given), site, "bob@example.org")
    problems = watch(page)
    page.goto("/build/")
    page.wait_for_load_state("networkidle")
    page.locator("[popovertarget=bell-menu]:visible").first.click()
    page.locator("#bell-menu").get_by_text("Your role in Harbour & Pine is now Builder").wait_for()
    look(page)
    shoot(page, f"bell-{name}")
    page.locator("#bell-menu").get_by_role("button", name="Mark all as read").click()
    page.locator("#bell-menu").get_by_role("button", name="Mark all as read").wait_for(state="detached")
    for path in ("/notifications/", "/account/notifications/", "/notifications/?show=unread"):
        page.goto(path)
        look(page)
        shoot(page, f"{path.strip('/').replace('/', '-').replace('?', '-')}-{name}")
    assert problems == []


@pytest.mark.parametrize("given", LOOKS)
def test_the_staffs_pages(
    given: dict[str, object],
    site: Site,
    new_context: NewContext,
    people: None,
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.id
    page = enter(new_context(**given), site, "olga@example.org")
    problems = watch(page)
    for path in ("/staff/", "/staff/accounts/user/", "/staff/jobs/", "/staff/kernel/featureswitch/"):
        page.goto(path)
        look(page)
        shoot(page, f"{path.strip('/').replace('/', '-')}-{name}")
    page.goto("/staff/accounts/user/")
    page.get_by_role("link", name="alice@example.org").first.click()
    look(page)
    shoot(page, f"staff-person-{name}")
    page.get_by_role("link", name="Act as").click()
    look(page)
    shoot(page, f"staff-act-{name}")
    page.get_by_label("Reason").fill("Ticket 7: the draft will not save")
    page.get_by_role("button", name="Act as").click()
    page.get_by_text("You act as Alice Moss").wait_for()
    look(page)
    shoot(page, f"acting-{name}")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_url("**/staff/")
    assert problems == []
