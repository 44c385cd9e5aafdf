"""Use beyond the allowance on the plan's invoice: it stops at its limit, is told once, and is revenue once it is paid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.actions.grant_staff import grant_staff
from accounts.staff import Staff
from billing.actions.decide_meter_report import decide_meter_report
from billing.actions.open_charge import open_charge
from billing.actions.post_usage import post_usage
from billing.actions.release_expired import release_expired
from billing.actions.report_metered import make_reports, report_metered
from billing.actions.reserve import AllowanceUsedUp, OverageLimitReached
from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.settle import settle
from billing.ledger import Kind
from billing.metering.checking import money_differences
from billing.models import (
    AllowancePeriod,
    MeterReport,
    Plan,
    Reservation,
    Subscription,
    SubscriptionPayment,
    UsageRecord,
)
from billing.payments.gateway import stripe_api
from kernel.errors import Conflict
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_allowance import usage
from tests.billing.test_limits import used
from tests.billing.test_sales import balances
from tests.billing.test_subscriptions import rows, subscribe
from tests.billing.test_wallet_top_up import page
from tests.factories.organisations import make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, LIMIT = 30_000_000, 100_000
COST = 5_000  # of one answer
CENT = 10_000


@pytest.fixture
def metered(stripe, alice):
    """Alice's organisation pays for a plan without an allowance, whose invoice counts what is used, €0.10 at most."""
    Plan.objects.create(
        code="team",
        name="Team",
        monthly_allowance=0,
        price=PRICE,
        pool=True,
        overage=True,
        overage_paid_by="metered",
        overage_limit=LIMIT,
    )
    return subscribe(stripe, alice)


def ask(actor, turn, amount=6_000):
    with tenant_scope(actor.organisation):
        open_charge(actor=actor, reference=turn, amount=amount, sold=None, product="asst_1")


def end(actor, turn, *usages):
    with tenant_scope(actor.organisation):
        settle(organisation=actor.organisation, reference=turn, usages=usages)


def answers(actor, count, start=0):
    for number in range(start, start + count):
        ask(actor, f"turn_{number}")
        end(actor, f"turn_{number}", used(actor))
    roll_up_usage()


def month(actor):
    (row,) = rows(AllowancePeriod, actor)
    return row.metered_spent, row.metered_reserved, row.spent, row.reserved


def payers(actor):
    return [row.paid_by for row in rows(UsageRecord, actor)]


def told(stripe):
    return [int(one["payload"]["value"]) for one in stripe.state.meter_events]


def states(actor):
    return [(one.state, one.units) for one in rows(MeterReport, actor)]


def agree():
    with across_organisations(reason="test"):
        assert not list(money_differences())


def tried(actor, hours):
    with tenant_scope(actor.organisation):
        at = timezone.now() - timedelta(hours=hours)
        MeterReport.objects.for_organisation(actor.organisation).update(tried_at=at)


def test_beyond_the_allowance_use_is_counted_until_its_limit(metered, alice):
    assert rows(Subscription, alice)[0].metered
    ask(alice, "turn_1")
    ask(alice, "turn_1")
    assert month(alice) == (0, 6_000, 0, 0)
    end(alice, "turn_1", used(alice))
    end(alice, "turn_1", used(alice))
    assert (month(alice), payers(alice)) == ((COST, 0, 0, 0), ["metered"])
    ask(alice, "turn_2", LIMIT - COST)
    with pytest.raises(OverageLimitReached) as stopped:
        ask(alice, "turn_3", 1)
    assert stopped.value.status == 402 and "€0.00 left of the €0.10 that the plan Team" in str(
        stopped.value.message
    )
    end(alice, "turn_2")
    assert month(alice) == (COST, 0, 0, 0)
    ask(alice, "turn_4")
    with tenant_scope(alice.organisation):
        Reservation.objects.for_organisation(alice.organisation).update(
            expires_at=timezone.now() - timedelta(1)
        )
    release_expired()
    assert month(alice) == (COST, 0, 0, 0)
    agree()


def test_what_an_answer_used_above_the_limit_is_the_platform_s(metered, alice):
    ask(alice, "turn_1", LIMIT)
    end(alice, "turn_1", usage(0, input_tokens=20_000, output_tokens=10_000), usage(1))
    assert payers(alice) == ["metered", "platform"]
    assert month(alice)[0] == LIMIT
    roll_up_usage()
    agree()


def test_without_a_subscription_that_counts_it_the_wallet_pays(metered, alice):
    with tenant_scope(alice.organisation):
        Subscription.objects.for_organisation(alice.organisation).update(state="past_due")
    with pytest.raises(AllowanceUsedUp) as stopped:
        ask(alice, "turn_1")
    assert stopped.value.code == "allowance_used_up"


def test_two_jobs_at_once_tell_it_once_and_what_is_less_than_a_coin_waits(metered, stripe, alice):
    answers(alice, 5)

    def job(_number):
        try:
            return report_metered()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(job, range(2))) == 1
    assert (told(stripe), states(alice)) == ([2], [("reported", 2)])
    answers(alice, 1, start=5)
    assert report_metered() == 1 and report_metered() == 0
    assert told(stripe) == [2, 1]


def test_killed_between_commit_and_call_it_is_told_under_the_same_name(metered, stripe, alice):
    answers(alice, 2)
    make_reports()
    make_reports()
    assert (states(alice), told(stripe)) == ([("waiting", 1)], [])
    tried(alice, hours=22)
    assert report_metered() == 1
    assert stripe.state.meter_events[0]["identifier"] == rows(MeterReport, alice)[0].public_id


def test_killed_between_call_and_answer_it_counts_once(metered, stripe, alice):
    answers(alice, 2)
    make_reports()
    (report,) = rows(MeterReport, alice)
    event = next(one["event_name"] for one in stripe.objects("billing.meter"))
    now = int(report.created_at.timestamp())
    stripe_api().meter_event(
        key=report.public_id, event=event, customer=report.customer, value=report.units, at=now
    )
    tried(alice, hours=1)
    assert report_metered() == 1
    assert (told(stripe), states(alice)) == ([1], [("reported", 1)])


@pytest.mark.parametrize("counted", [True, False])
def test_what_was_tried_long_ago_waits_for_finance(metered, stripe, alice, counted):
    answers(alice, 2)
    make_reports()
    tried(alice, hours=24)
    assert report_metered() == 0 and report_metered() == 0
    assert (told(stripe), states(alice)) == ([], [("unclear", 1)])
    make_user("fay@example.org")
    fay = Staff(grant_staff(email="fay@example.org", role="finance"))
    key = rows(MeterReport, alice)[0].pk
    decide_meter_report(staff=fay, key=key, counted=counted, reason="Looked at the customer's page.")
    with pytest.raises(Conflict):
        decide_meter_report(staff=fay, key=key, counted=counted, reason="Looked at the customer's page.")
    assert report_metered() == (0 if counted else 1)
    assert told(stripe) == ([] if counted else [1])


def test_the_paid_invoice_is_revenue_from_use_and_no_part_of_the_pool(metered, stripe, alice):
    answers(alice, 4)
    post_usage()
    agree()
    report_metered()
    assert balances((Kind.USAGE_REVENUE, None), (Kind.PROVIDER_PAYABLE, None)) == (0, -4 * COST)
    stripe.advance(days=31)
    stripe.deliver(twice=True, shuffle=3)
    cash, plans, use = balances(
        (Kind.CASH, None), (Kind.SUBSCRIPTION_REVENUE, None), (Kind.USAGE_REVENUE, None)
    )
    assert (cash, plans, use) == (2 * PRICE + 2 * CENT, -2 * PRICE, -2 * CENT)
    assert [one.net for one in rows(SubscriptionPayment, alice)] == [PRICE, PRICE]
    agree()


def test_the_plans_page_says_which_way(metered, alice):
    assert "comes on the invoice, up to €0.10 a month" in page(client_for(alice), "/billing/plans/")
