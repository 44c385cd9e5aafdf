"""The demo's trade is real trade on its own days."""

import pytest

from billing.actions.open_charge import Sold
from billing.dashboards.demo import trade
from billing.earning.checks import check_ledger
from billing.models import EarningDaily, Sale
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.price_listing import price_listing
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def test_its_sales_lie_on_many_days_and_its_books_agree(alice, charlie):
    listing = make_listing(alice, "Bread Bench")
    price_listing(actor=alice, listing_id=listing.public_id, prices={"message": 150_000}, trial_messages=3)
    product = listing.publication.assistant_public_id
    trade(buyers=[charlie], sold=Sold(product, "Bread Bench", alice.organisation.pk), messages=15)
    with tenant_scope(charlie.organisation):
        sales = Sale.objects.for_organisation(charlie.organisation)
        assert sales.count() == 12
        assert len({sale.created_at.date() for sale in sales}) > 8
    with tenant_scope(alice.organisation):
        days = EarningDaily.objects.for_organisation(alice.organisation)
        assert days.filter(flow="refund").count() == 1
    with across_organisations(reason="test"):
        assert check_ledger() == []
