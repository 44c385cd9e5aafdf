"""Where an organisation's money goes, and how the business goes: figures that the ledger has."""

import pytest

from accounts.actions.grant_staff import grant_staff
from billing.actions.post_sales import post_sales
from billing.actions.post_usage import post_usage
from billing.actions.roll_up_earnings import roll_up_earnings
from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.set_price import set_price
from billing.actions.settle import settle
from billing.dashboards.business import BusinessPage
from billing.dashboards.countries import country_name, earned_by_country
from billing.dashboards.periods import span_of, today
from billing.dashboards.spending import Spending
from billing.models import EarningDaily, Sale
from billing.report import month_of
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.models import Membership
from tests.billing.test_allowance import usage
from tests.billing.test_sales import NET, Product, answer, ask, credit
from tests.factories.organisations import make_actor, make_organisation, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sold(alice, charlie):
    """Two messages of Alice's product to Charlie, posted with their use."""
    set_price(actor=alice, product=Product, kind="message", amount=100_000)
    credit(charlie.organisation, 1_000_000)
    for number in range(2):
        ask(charlie, alice, f"turn_{number}")
        answer(charlie, f"turn_{number}")
    post_sales()
    roll_up_usage()
    post_usage()


def test_the_business_s_figures_are_the_ledger_s(sold):
    with across_organisations(reason="test"):
        page = BusinessPage(span_of())
        total = page.total
        assert (total.sold, total.creators) == (200_000, 2 * NET * 8 // 10)
        assert total.fee == 2 * NET * 2 // 10
        assert total.revenue == total.fee + 10_000
        assert total.models == 10_000
        assert total.other == 1_000_000
        assert total.margin == total.revenue - 1_010_000
        assert page.payers == 1
        assert page.unposted[0] == 0
        assert page.balanced
        assert page.creators_differing == 0
        assert sum(one.margin for one in page.columns) == total.margin
        year = BusinessPage(span_of(period="year"))
        assert year.total.margin == total.margin == sum(one.margin for one in year.columns)


def test_sums_of_creators_that_are_wrong_are_told_of(alice, sold):
    roll_up_earnings()
    with across_organisations(reason="test", durable=True):
        EarningDaily.objects.across_organisations(reason="test").update(amount=1)
    with across_organisations(reason="test"):
        assert BusinessPage(span_of()).creators_differing == 1


def test_sales_that_wait_for_the_ledger_are_told_of(alice, charlie, sold):
    ask(charlie, alice, "turn_9")
    answer(charlie, "turn_9")
    with across_organisations(reason="test"):
        page = BusinessPage(span_of())
        assert page.unposted[:2] == (1, 100_000)
        assert not page.is_late


def test_the_usage_page_says_what_pays_and_how_the_wallet_stands(charlie, sold):
    with tenant_scope(charlie.organisation):
        spending = Spending(month_of(charlie, None))
        assert [(one.name, one.answers, one.cost) for one in spending.by_payer] == [
            ("Prices of messages", 2, 200_000)
        ]
        assert spending.wallet.series[0].values[-1] == 800_000
    page = client_for(charlie).get("/usage/").content.decode()
    assert "The wallet, day by day" in page
    assert "What is left of the allowance" in page


def test_use_is_summed_up_by_group(alice, bob):
    group = create_group(actor=alice, name="Workshop", description="")
    with tenant_scope(alice.organisation):
        place = Membership.objects.for_organisation(alice.organisation).get(user_id=bob.user_id)
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[str(place.public_id)])
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage(user_id=bob.user_id)])
        found = Spending(month_of(alice, None)).by_group
        assert [(one.name, one.answers, one.cost) for one in found] == [("Workshop", 1, 5_000)]


def test_an_allowance_that_will_not_last_says_its_day(alice):
    with tenant_scope(alice.organisation):
        spending = Spending(month_of(alice, None))
        found = spending.allowance
        assert found.used_up_on is None
        assert found.spent == 0
        if today().day < 28:
            assert spending.burn_down.series[1].values[-1] == found.limit


def test_countries_of_few_customers_are_told_together(alice, sold):
    owner = make_user()
    buyers = [make_organisation(owner, f"Buyer {n}").organisation for n in range(8)]
    countries = ["DE", "DE", "DE", "FR", "FR", "FR", "FR", "JP"]
    with across_organisations(reason="test"):
        rows = Sale.objects.across_organisations(reason="test")
        one = rows.first()
        for n, (buyer, country) in enumerate(zip(buyers, countries, strict=True)):
            one.pk, one.public_id = None, f"sale_{n}"
            one.organisation_id, one.country, one.reference = buyer.pk, country, f"turn_x{n}"
            one.save(force_insert=True)
    with tenant_scope(alice.organisation):
        found = earned_by_country(alice.organisation.pk, span_of())
    # Japan's one customer and the one without a country would be two: the smaller country joins them.
    assert [(row.code, row.sales) for row in found] == [("FR", 4), ("", 6)]
    assert country_name("FR") == "France"
    assert country_name("XX") == "XX"


def test_finance_sees_the_business_and_takes_it_along(sold):
    finance = _staff("fay@example.org", "finance")
    page = finance.get("/staff/business/").content.decode()
    assert "Take rate" in page
    assert finance.get("/staff/business/?period=year").status_code == 200
    rows = finance.get("/staff/business/export.csv").content.decode("utf-8-sig").strip().splitlines()
    assert len(rows) == today().day + 1
    moderator = _staff("mo@example.org", "moderator")
    assert moderator.get("/staff/business/export.csv").status_code == 404


def test_others_find_no_file_of_the_business(alice):
    assert client_for(alice).get("/staff/business/export.csv").status_code == 404


def test_a_member_sees_no_spending_of_others(bob):
    page = client_for(bob).get("/usage/").content.decode()
    assert "What pays for it" not in page


def _staff(email, role):
    make_user(email)
    return client_for(make_actor(grant_staff(email=email, role=role)))
