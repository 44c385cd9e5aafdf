"""A creator's earnings, summed up day by day exactly as the ledger has them, and shown without anybody's name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from billing.actions.post_sales import post_sales
from billing.actions.roll_up_earnings import roll_up_earnings
from billing.actions.set_price import set_price
from billing.dashboards.periods import today
from billing.earning.clawback import open_dispute, refund_sale, win_dispute
from billing.ledger import Event, Kind, Posting, balance_of, post
from billing.models import EarningDaily, EarningPending, Sale
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_sales import NET, Product, answer, ask, credit
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
SHARE = NET * 8 // 10


@pytest.fixture
def sold(alice, charlie):
    """Three messages of Alice's product to Charlie, posted."""
    set_price(actor=alice, product=Product, kind="message", amount=100_000)
    credit(charlie.organisation, 1_000_000)
    for number in range(3):
        ask(charlie, alice, f"turn_{number}")
        answer(charlie, f"turn_{number}")
    post_sales()
    with across_organisations(reason="test"):
        return [row.public_id for row in Sale.objects.across_organisations(reason="test").order_by("pk")]


def sums(creator):
    with tenant_scope(creator.organisation):
        rows = EarningDaily.objects.for_organisation(creator.organisation).order_by("day", "flow", "country")
        return [(row.flow, row.count, row.buyers, row.gross, row.cost, row.fee, row.amount) for row in rows]


def ledger(creator):
    with across_organisations(reason="test"):
        return -balance_of(Kind.CREATOR_PAYABLE, creator.organisation.pk)


def total(creator):
    return sum(row[-1] for row in sums(creator))


def test_a_day_is_summed_up_once(alice, sold):
    assert (roll_up_earnings(), roll_up_earnings()) == (1, 0)
    assert sums(alice) == [("earned", 3, 1, 300_000, 15_000, 3 * (NET - SHARE), 3 * SHARE)]
    assert total(alice) == ledger(alice)


def test_what_is_taken_back_and_given_again_joins_the_day_it_happened(alice, charlie, sold):
    now = timezone.now()
    with across_organisations(reason="test", durable=True):
        refund_sale(sale_public_id=sold[0], event_id="refund one")
    with across_organisations(reason="test", durable=True):
        open_dispute(
            organisation_id=charlie.organisation.pk,
            amount=900_000,
            tax=0,
            event_id="dp_1",
            occurred_at=now,
        )
    roll_up_earnings()
    assert {row[0] for row in sums(alice)} == {"earned", "refund", "dispute"}
    assert total(alice) == ledger(alice)
    with across_organisations(reason="test", durable=True):
        win_dispute(event_id="dp_1", occurred_at=now)
    assert roll_up_earnings() == 1
    assert total(alice) == ledger(alice) == 2 * SHARE


def test_payouts_and_corrections_are_among_the_sums(alice, sold):
    yesterday = timezone.now() - timedelta(days=1)
    with across_organisations(reason="test", durable=True):
        owner = alice.organisation.pk
        out = [Posting(Kind.CREATOR_PAYABLE, 1_000, owner), Posting(Kind.PAYOUTS_IN_TRANSIT, -1_000)]
        post(Event("payout", "payout", "one", yesterday), out)
        fixed = [Posting(Kind.CREATOR_PAYABLE, -7, owner), Posting(Kind.PROMOTIONS, 7)]
        post(Event("correction", "staff", "two", yesterday), fixed)
    assert roll_up_earnings() == 2
    assert [row[0] for row in sums(alice)] == ["other", "paid_out", "earned"]
    assert total(alice) == ledger(alice) == 3 * SHARE - 993


def test_sums_are_exact_whoever_books_and_sums_up_at_the_same_time(alice, charlie, sold):
    def act(number):
        try:
            if number % 3 == 0:
                roll_up_earnings()
                return
            ask(charlie, alice, f"turn_more_{number}")
            answer(charlie, f"turn_more_{number}")
            if number % 3 == 1:
                post_sales()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(9)))
    post_sales()
    roll_up_earnings()
    assert sums(alice) == [("earned", 9, 1, 900_000, 45_000, 9 * (NET - SHARE), 9 * SHARE)]
    assert total(alice) == ledger(alice)


def test_days_wait_until_they_are_summed_up(alice, sold):
    assert EarningPending.objects.count() == 1
    assert sums(alice) == []
    assert roll_up_earnings() == 1


def test_the_page_says_what_came_in_and_nobody_s_name(alice, charlie, sold):
    roll_up_earnings()
    client = client_for(alice)
    page = client.get("/earnings/").content.decode()
    assert "Reply Desk" in page
    assert "3 messages" in page
    assert "The lines add up" in page
    assert charlie.user.email not in page
    assert charlie.organisation.name not in page
    transactions = client.get(f"/earnings/transactions?day={today()}&assistant=asst_1").content.decode()
    assert transactions.count("ltx_") == 3
    assert charlie.organisation.name not in transactions


def test_nobody_else_sees_them(alice, bob, charlie, sold):
    roll_up_earnings()
    client = client_for(bob)
    assert client.get("/earnings/").status_code == 403
    client = client_for(charlie)
    assert "Nothing has a price yet" in client.get("/earnings/").content.decode()


def test_the_page_costs_the_same_however_much_was_sold(alice, charlie, sold, django_assert_max_num_queries):
    roll_up_earnings()
    client = client_for(alice)
    client.get("/earnings/")
    with django_assert_max_num_queries(60):
        client.get("/earnings/")


def test_the_file_adds_up(alice, sold):
    roll_up_earnings()
    client = client_for(alice)
    text = client.get("/earnings/export.csv").content.decode("utf-8-sig")
    head, *rows = [line.split(",") for line in text.strip().splitlines()]
    assert head[-2:] == ["yours", "balance"]
    assert rows[-1][-1] == f"{3 * SHARE / 1_000_000:.6f}"


@pytest.mark.parametrize("query", ["month=2099-01", "month=nonsense", "month=2026-01&day=2026-02-01"])
def test_a_time_that_is_none_is_refused(alice, query):
    client = client_for(alice)
    assert client.get(f"/earnings/transactions?{query}").status_code == 400
