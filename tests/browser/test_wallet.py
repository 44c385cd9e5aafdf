"""Somebody tops the wallet up and subscribes, on Stripe's pages as the Stripe of the tests has them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from billing.models import Plan
from tests.browser.looking import look
from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "noor@example.org"


@pytest.fixture
def live_stripe(site: Site) -> Iterator[StripeServer]:
    """Stripe where the site looks for it; its news reach the site."""
    with stripe_server(site.guest_port) as server:
        server.webhook_url = f"{site.url}/webhooks/stripe"
        yield server


@pytest.fixture
def at_the_wallet(site: Site, live_stripe: StripeServer, new_context: NewContext) -> Page:
    """Somebody before their wallet; there are a free plan and two that cost €30 and €90."""
    site.person(EMAIL)
    Plan.objects.create(code="free", name="Free", monthly_allowance=1_000_000, is_default=True)
    Plan.objects.create(code="team", name="Team", monthly_allowance=50_000_000, price=30_000_000)
    Plan.objects.create(code="firm", name="Firm", monthly_allowance=90_000_000, price=90_000_000)
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/billing/wallet/")
    return page


def test_credit_is_bought_and_a_plan_is_paid_for(at_the_wallet: Page) -> None:
    page = at_the_wallet
    look(page)
    page.get_by_label("Amount").fill("3")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_label("Amount")).to_have_value("3")
    page.get_by_label("Amount").fill("25")
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Wallet")).to_be_visible()
    expect(page.get_by_text("€25.00 of credit is in the wallet.")).to_be_visible()
    expect(page.get_by_role("cell", name="+€25.00")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Plans", exact=True).click()
    look(page)
    page.get_by_role("button", name="Subscribe Team").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("You are on the plan Team.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Your plan")).to_contain_text("Team")
    page.get_by_role("link", name="Change to this plan Firm").click()
    expect(page.get_by_text("Charged today")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_text("You are on the other plan.")).to_be_visible()
    page.get_by_role("button", name="End with what is paid for").click()
    expect(page.get_by_text("Firm ends on")).to_be_visible()
    look(page)
