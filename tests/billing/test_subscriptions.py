"""A plan is paid by the month: begun, changed, ended, and what happens where a payment fails."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from billing.actions.change_subscription import (
    NotSubscribed,
    cancel_subscription,
    change_subscription,
    keep_subscription,
)
from billing.actions.start_subscription import AlreadySubscribed, start_subscription
from billing.ledger import Kind
from billing.models import Payment, Plan, Subscription, SubscriptionPayment
from billing.payments.gateway import stripe_api
from billing.plans import plan_of
from billing.subscriptions.syncing import end_grace
from events.models import Notification
from kernel.errors import NotFound, PermissionDenied
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_sales import balances
from tests.billing.test_wallet_top_up import page, session_of
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
THIRTY = 30_000_000


@pytest.fixture(autouse=True)
def plans(db):
    Plan.objects.create(code="free", name="Free", monthly_allowance=1_000_000, is_default=True)
    Plan.objects.create(
        code="team", name="Team", monthly_allowance=50_000_000, price=THIRTY, pool=True, features=["api"]
    )
    Plan.objects.create(code="firm", name="Firm", monthly_allowance=200_000_000, price=3 * THIRTY)


def subscribe(stripe, actor, code="team", **how):
    stripe.state.stand_still()
    start_subscription(actor=actor, plan_code=code)
    paid = stripe.pay(session_of(stripe), **how)
    stripe.deliver(twice=True, shuffle=7)
    return paid["subscription"]


def on(actor):
    with tenant_scope(actor.organisation):
        return plan_of(actor.organisation).code


def rows(model, actor):
    with tenant_scope(actor.organisation):
        return list(model.objects.for_organisation(actor.organisation).order_by("pk"))


def kinds(actor):
    deliver_events()
    with tenant_scope(actor.organisation):
        found = Notification.objects.for_organisation(actor.organisation).order_by("pk")
        return list(found.values_list("kind", flat=True))


def test_the_plan_holds_and_the_payment_counts_for_the_pool(stripe, alice, settings):
    subscribe(stripe, alice)
    assert on(alice) == "team"
    [paid] = rows(SubscriptionPayment, alice)
    assert (paid.net, paid.pool_part) == (THIRTY, THIRTY * settings.POOL_SHARE_BP // 10_000)
    assert balances((Kind.CASH, None), (Kind.SUBSCRIPTION_REVENUE, None)) == (THIRTY, -THIRTY)
    [payment] = rows(Payment, alice)
    assert (payment.purpose, payment.paid, payment.state) == ("subscription", THIRTY, "paid")
    assert kinds(alice) == ["plan_started"]


def test_each_month_is_paid_once(stripe, alice):
    subscribe(stripe, alice, "firm")
    stripe.advance(days=31)
    stripe.deliver(twice=True, shuffle=8)
    assert [one.pool_part for one in rows(SubscriptionPayment, alice)] == [0, 0]
    assert balances((Kind.CASH, None)) == (6 * THIRTY,)


def test_tax_is_not_revenue_and_a_discount_lessens_it(stripe, alice, settings):
    settings.STRIPE_AUTOMATIC_TAX = True
    coupon = stripe_api().create_coupon(key="c", percent=50, duration="forever", name="Half")["id"]
    stripe_api().create_promotion_code(key="p", coupon=coupon, code="HALF")
    subscribe(stripe, alice, promotion="HALF")
    net = THIRTY // 2
    tax = net * stripe.state.tax_percent // 100
    assert balances((Kind.SUBSCRIPTION_REVENUE, None), (Kind.TAX_PAYABLE, None)) == (-net, -tax)


def test_another_plan_holds_at_once_and_the_difference_is_paid(stripe, alice):
    subscribe(stripe, alice)
    stripe.advance(days=15)
    change_subscription(actor=alice, plan_code="firm")
    assert on(alice) == "firm"
    stripe.deliver(twice=True, shuffle=9)
    assert [one.net for one in rows(SubscriptionPayment, alice)] == [THIRTY, THIRTY]
    change_subscription(actor=alice, plan_code="team")
    stripe.deliver()
    assert (on(alice), len(rows(Payment, alice))) == ("team", 2)


def test_it_ends_with_what_is_paid_for_unless_it_is_kept(stripe, alice):
    subscribe(stripe, alice)
    cancel_subscription(actor=alice)
    assert rows(Subscription, alice)[0].ends
    assert "Team ends on" in page(client_for(alice), "/billing/plans/")
    keep_subscription(actor=alice)
    cancel_subscription(actor=alice)
    stripe.advance(days=31)
    stripe.deliver(shuffle=10)
    assert (on(alice), rows(Subscription, alice)[0].state) == ("free", "ended")
    assert kinds(alice)[-1] == "plan_ended"
    with pytest.raises(NotSubscribed):
        cancel_subscription(actor=alice)
    subscribe(stripe, alice)
    assert on(alice) == "team"


def test_while_a_payment_fails_the_plan_holds_and_people_are_told_of_each_attempt(stripe, alice, bob):
    subscription = subscribe(stripe, alice)
    stripe.fail_invoice(subscription)
    stripe.advance(days=34)
    stripe.deliver(twice=True, shuffle=11)
    assert (on(alice), rows(Subscription, alice)[0].state) == ("team", "past_due")
    assert set(kinds(alice)[1:]) == {"plan_unpaid"}
    assert "could not be paid" in page(client_for(alice), "/billing/plans/")
    assert "could not be paid" in page(client_for(alice), "/billing/plans/notice")
    assert "could not be paid" not in page(client_for(bob), "/billing/plans/notice")
    stripe.mend_card(subscription)
    stripe.deliver(shuffle=12)
    assert (on(alice), rows(Subscription, alice)[0].state) == ("team", "active")
    assert rows(Subscription, alice)[0].grace_until is None


def test_after_the_last_try_the_default_plan_holds(stripe, alice):
    subscription = subscribe(stripe, alice)
    stripe.fail_invoice(subscription)
    stripe.advance(days=45)
    stripe.deliver(shuffle=13)
    assert (on(alice), rows(Subscription, alice)[0].state) == ("free", "ended")


def test_grace_has_an_end_and_who_pays_after_it_has_the_plan_again(stripe, alice):
    subscription = subscribe(stripe, alice)
    stripe.fail_invoice(subscription)
    stripe.advance(days=31)
    stripe.deliver()
    assert end_grace() == 0
    with across_organisations(reason="test", durable=True):
        Subscription.unscoped.update(grace_until=timezone.now() - timedelta(days=1))
    assert (end_grace(), end_grace(), on(alice)) == (1, 0, "free")
    stripe.mend_card(subscription)
    stripe.deliver()
    assert on(alice) == "team"


def test_an_ending_that_is_heard_of_before_the_payment_stays(stripe, alice):
    start_subscription(actor=alice, plan_code="team")
    subscription = stripe.pay(session_of(stripe))["subscription"]
    stripe_api().cancel_subscription(subscription, at_period_end=False)
    ended = stripe.events("customer.subscription.deleted")[-1]
    assert stripe.send(stripe.post, ended) == 200
    stripe.deliver(shuffle=14)
    assert (on(alice), rows(Subscription, alice)[0].state) == ("free", "ended")
    assert balances((Kind.CASH, None)) == (THIRTY,)


def test_nobody_pays_for_two(stripe, alice):
    start_subscription(actor=alice, plan_code="team")
    first = session_of(stripe)
    start_subscription(actor=alice, plan_code="firm")
    assert stripe.get(first)["status"] == "expired"
    stripe.pay(session_of(stripe))
    stripe.deliver(shuffle=15)
    assert on(alice) == "firm"
    with pytest.raises(AlreadySubscribed):
        start_subscription(actor=alice, plan_code="team")


def test_where_finance_put_it_elsewhere_meanwhile_that_stays(stripe, alice):
    from billing.actions.put_on_plan import place_on_plan
    from billing.models import OrganisationPlan

    subscribe(stripe, alice)
    with tenant_scope(alice.organisation, durable=True):
        before = OrganisationPlan.objects.for_organisation(alice.organisation).get()
        place_on_plan(alice.organisation, Plan.objects.get(code="firm"), before)
    cancel_subscription(actor=alice)
    stripe.advance(days=31)
    stripe.deliver()
    assert on(alice) == "firm"


def test_a_plans_payment_that_goes_back_stays_out_of_the_pool(stripe, alice):
    subscribe(stripe, alice)
    dispute = stripe.dispute(rows(Payment, alice)[0].payment_intent)
    stripe.deliver(twice=True)
    assert rows(SubscriptionPayment, alice)[0].reversed_at
    stripe.close_dispute(dispute["id"], won=True)
    stripe.deliver(twice=True)
    assert rows(SubscriptionPayment, alice)[0].reversed_at is None
    stripe.state.objects[dispute["charge"]]["disputed"] = False
    stripe.refund(rows(Payment, alice)[0].payment_intent)
    stripe.deliver(twice=True)
    assert rows(SubscriptionPayment, alice)[0].reversed_at
    assert balances((Kind.CASH, None), (Kind.SUBSCRIPTION_REVENUE, None)) == (0, 0)


def test_only_those_who_look_after_the_money_choose_and_only_what_is_offered(stripe, alice, bob):
    with pytest.raises(PermissionDenied):
        start_subscription(actor=bob, plan_code="team")
    for code in ("free", "none"):
        with pytest.raises(NotFound):
            start_subscription(actor=alice, plan_code=code)


def test_the_page_compares_subscribes_and_comes_back(stripe, alice):
    client = client_for(alice)
    shown = page(client, "/billing/plans/")
    assert "€30.00" in shown
    assert "Your plan" in shown
    client.post("/billing/plans/team/subscribe")
    session = session_of(stripe)
    stripe.pay(session)
    back = client.get(f"/billing/plans/?session={session}", follow=True)
    assert "You are on the plan Team" in html.unescape(back.content.decode())
    assert on(alice) == "team"
    api = api_client_for(alice)
    assert api.get("/api/v1/billing/wallet").json()["subscription"]["code"] == "team"
    assert api.post("/api/v1/billing/checkout", {"plan": "firm"}).status_code == 409
    sent = client.post("/billing/plans/portal")
    assert f"{stripe.url}/portal/" in sent.content.decode()


def test_without_a_payment_provider_plans_are_shown_and_not_sold(alice):
    assert "Its finance team puts organisations on plans" in page(client_for(alice), "/billing/plans/")
    assert client_for(alice).post("/billing/plans/team/subscribe").status_code == 409
