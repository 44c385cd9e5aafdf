"""Where a buyer is billed is noted with each sale: from the payment page, or as they said."""

import pytest

from billing.actions.accept_price import accept_price
from billing.actions.buy_product import buy_product
from billing.actions.open_charge import Sold, open_charge
from billing.actions.set_billing_country import set_billing_country
from billing.actions.settle import settle
from billing.models import Plan, Sale
from billing.wallet.country import COUNTRIES
from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import tenant_scope
from store.actions.price_listing import price_listing
from tests.billing.test_allowance import usage
from tests.billing.test_sales import credit
from tests.billing.test_subscriptions import subscribe
from tests.billing.test_wallet_top_up import page, top_up
from tests.factories.store import make_listing
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, MONTH = 100_000, 4_000_000


def message(asker, listing, turn):
    sold = Sold(listing.publication.assistant_public_id, "Reply Desk", listing.organisation_id)
    with tenant_scope(asker.organisation):
        open_charge(actor=asker, reference=turn, amount=10_000, sold=sold)
        settle(organisation=asker.organisation, reference=turn, usages=[usage()])


def countries(actor):
    with tenant_scope(actor.organisation):
        rows = Sale.objects.for_organisation(actor.organisation).order_by("pk")
        return list(rows.values_list("country", flat=True))


def test_messages_and_purchases_name_the_country_that_holds_when_they_are_paid(alice, bob, charlie):
    chat, desk = make_listing(alice, "Reply Desk"), make_listing(alice, "Month Desk")
    price_listing(actor=alice, listing_id=chat.public_id, prices={"message": PRICE})
    price_listing(actor=alice, listing_id=desk.public_id, prices={"monthly": MONTH})
    credit(charlie.organisation, 10_000_000)
    accept_price(actor=charlie, reference=chat.publication.slug)
    message(charlie, chat, "turn_1")
    browser = client_for(charlie)
    assert browser.post("/billing/wallet/country", {"country": "AT"}).status_code == 302
    assert 'value="AT" selected' in page(browser, "/billing/wallet/")
    message(charlie, chat, "turn_2")
    buy_product(actor=charlie, reference=desk.publication.slug, kind="monthly")
    assert countries(charlie) == ["", "AT", "AT"]
    assert browser.post("/billing/wallet/country", {"country": "EU"}).status_code == 400
    with pytest.raises(InvalidInput):
        set_billing_country(actor=charlie, country="xx")
    with pytest.raises(PermissionDenied):
        set_billing_country(actor=bob, country="FR")
    assert len(COUNTRIES) == 249


@pytest.mark.parametrize("way", ["top_up", "subscription"])
def test_the_address_on_the_payment_page_is_kept(stripe, alice, way):
    stripe.state.country = "NL"
    if way == "top_up":
        top_up(stripe, alice)
    else:
        Plan.objects.create(code="team", name="Team", monthly_allowance=50_000_000, price=30_000_000)
        subscribe(stripe, alice)
    assert 'value="NL" selected' in page(client_for(alice), "/billing/wallet/")
