"""Subscriptions, meters and creators' accounts: our calls, and that the Stripe of the tests is one."""

import httpx2
import pytest

from billing.payments.gateway import PaymentRefused, stripe_api
from tests.billing.test_payments_gateway import checkout, customer
from tests.fakes.stripe.state import decoded

pytestmark = pytest.mark.django_db(transaction=True)


def price(amount, key, **more):
    product = stripe_api().create_product(key=f"prod_{key}", name="Team", metadata={})["id"]
    return stripe_api().create_price(key=key, product=product, amount=amount, metadata={}, **more)["id"]


@pytest.fixture
def plan(stripe):
    return price(30_000_000, "plan_1")


def subscribe(stripe, plan, *more, **options):
    stripe.state.stand_still()
    session = stripe_api().checkout_for_subscription(
        key="sub_1",
        customer=customer()["id"],
        prices=[{"price": plan, "quantity": 1}, *more],
        success_url="https://bottega.test/plans",
        cancel_url="https://bottega.test/plans",
        metadata={"plan": "team"},
    )
    return stripe.pay(session["id"], **options)["subscription"]


def read(subscription):
    return stripe_api().retrieve("subscription", subscription, expand=["latest_invoice.payments"])


def kinds(stripe):
    return [event["type"] for event in stripe.events()]


def test_a_month_is_paid_and_renewed(stripe, plan):
    subscription = subscribe(stripe, plan)
    stripe.advance(days=31)
    found = read(subscription)
    assert (found["status"], found["metadata"]) == ("active", {"plan": "team"})
    assert found["latest_invoice"]["amount_paid"] == 3_000
    assert kinds(stripe).count("invoice.paid") == 2


def test_dunning_goes_on_until_the_card_works(stripe, plan):
    subscription = subscribe(stripe, plan)
    stripe.fail_invoice(subscription)
    stripe.advance(days=31)
    assert read(subscription)["status"] == "past_due"
    stripe.advance(days=3)
    stripe.mend_card(subscription)
    assert read(subscription)["status"] == "active"
    assert kinds(stripe).count("invoice.payment_failed") == 2


def test_dunning_ends_a_subscription_that_nobody_pays(stripe, plan):
    subscription = subscribe(stripe, plan)
    stripe.fail_invoice(subscription)
    stripe.advance(days=45)
    assert read(subscription)["status"] == "canceled"
    assert kinds(stripe)[-1] == "customer.subscription.deleted"


def test_a_larger_plan_costs_the_difference_at_once(stripe, plan):
    subscription = subscribe(stripe, plan)
    stripe.advance(days=15)
    larger = price(90_000_000, "plan_2")
    item = read(subscription)["items"]["data"][0]["id"]
    changed = stripe_api().change_subscription(subscription, key="chg_1", item=item, price=larger)
    invoice = stripe_api().retrieve("invoice", changed["latest_invoice"])
    assert [line["amount"] for line in invoice["lines"]["data"]] == [-1_500, 4_500]
    assert (invoice["amount_paid"], invoice["billing_reason"]) == (3_000, "subscription_update")


def test_it_ends_with_its_period_unless_it_is_kept(stripe, plan):
    subscription = subscribe(stripe, plan)
    stripe_api().cancel_subscription(subscription)
    stripe_api().keep_subscription(subscription)
    stripe.advance(days=31)
    assert read(subscription)["status"] == "active"
    stripe_api().cancel_subscription(subscription)
    stripe.advance(days=31)
    assert read(subscription)["status"] == "canceled"


def test_it_ends_at_once(stripe, plan):
    subscription = subscribe(stripe, plan)
    assert stripe_api().cancel_subscription(subscription, at_period_end=False)["status"] == "canceled"


def test_use_is_counted_once_and_billed_with_the_next_month(stripe, plan):
    meter = stripe_api().create_meter(key="meter", name="Overage", event="overage")["id"]
    metered = price(10_000, "plan_over", meter=meter)
    subscription = subscribe(stripe, plan, {"price": metered})
    who = read(subscription)["customer"]
    at = stripe.state.now()
    for key, value in (("use_1", 250), ("use_1", 250), ("use_2", 50)):
        stripe_api().meter_event(key=key, event="overage", customer=who, value=value, at=at)
    stripe.advance(days=31)
    assert read(subscription)["latest_invoice"]["amount_paid"] == 3_000 + 300


def test_a_discount_holds_for_a_subscription(stripe, plan):
    coupon = stripe_api().create_coupon(key="c", percent=50, duration="forever", name="Half")["id"]
    stripe_api().create_promotion_code(key="p", coupon=coupon, code="HALF")
    assert read(subscribe(stripe, plan, promotion="HALF"))["latest_invoice"]["amount_paid"] == 1_500


# --- Creators -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def creator(stripe):
    made = stripe_api().create_account(key="acct_1", country="DE", email="a@example.org", metadata={})
    return made["id"]


def test_a_creator_is_paid_once_stripe_knows_them(stripe, creator):
    stripe.fund(100_000)
    with pytest.raises(PaymentRefused) as refused:
        stripe_api().transfer(key="po_1", account=creator, amount=50_000_000, metadata={})
    assert refused.value.refusal == "insufficient_capabilities_for_transfer"
    link = stripe_api().account_link(
        account=creator, refresh_url="https://bottega.test/r", return_url="https://bottega.test/earnings"
    )
    pressed = httpx2.post(link["url"], data={"do": "finish"}, trust_env=False, timeout=60)
    assert pressed.headers["location"] == "https://bottega.test/earnings"
    sent = [
        stripe_api().transfer(key="po_2", account=creator, amount=50_000_000, metadata={}) for _ in range(2)
    ]
    assert sent[0]["id"] == sent[1]["id"]
    stripe_api().reverse_transfer(sent[0]["id"], key="rev_1", amount=20_000_000)
    assert stripe.state.held(creator) == 3_000
    assert stripe.payout(creator, paid=False)["status"] == "failed"
    assert stripe.state.held(creator) == 3_000
    assert stripe_api().login_link(creator)["url"]


def test_more_than_there_is_is_not_sent(stripe, creator):
    stripe.onboard(creator)
    with pytest.raises(PaymentRefused) as refused:
        stripe_api().transfer(key="po_1", account=creator, amount=10_000, metadata={})
    assert refused.value.refusal == "balance_insufficient"


# --- The Stripe of the tests ----------------------------------------------------------------------------------------------


def test_the_checkout_page_can_be_paid_on_and_left(stripe):
    session = checkout()
    page = httpx2.get(session["url"], trust_env=False, timeout=60)
    assert "20.00 EUR" in page.text
    left = httpx2.post(session["url"], data={"do": "cancel"}, trust_env=False, timeout=60)
    assert left.headers["location"] == "https://bottega.test/wallet"
    declined = httpx2.post(session["url"], data={"do": "decline"}, trust_env=False, timeout=60)
    assert "declined" in declined.text
    paid = httpx2.post(session["url"], data={"do": "pay"}, trust_env=False, timeout=60)
    assert paid.headers["location"] == f"https://bottega.test/wallet?session={session['id']}"
    assert stripe.get(session["id"])["payment_status"] == "paid"


def test_refunds_stop_at_what_was_paid(stripe):
    intent = stripe.pay(checkout()["id"])["payment_intent"]
    ask = stripe_api()
    assert (
        ask.refund(key="r1", payment_intent=intent, amount=15_000_000, metadata={})["status"] == "succeeded"
    )
    with pytest.raises(PaymentRefused):
        ask.refund(key="r2", payment_intent=intent, amount=10_000_000, metadata={})
    ask.refund(key="r3", payment_intent=intent, amount=5_000_000, metadata={})
    with pytest.raises(PaymentRefused) as refused:
        ask.refund(key="r4", payment_intent=intent, amount=10_000, metadata={})
    assert refused.value.refusal == "charge_already_refunded"


def test_forms_are_read_as_stripe_reads_them():
    pairs = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("expand[]", "x"), ("expand[]", "y"), ("n", "")]
    assert decoded(pairs) == {"a": {"b": [{"c": "1"}, {"c": "2"}]}, "expand": ["x", "y"], "n": ""}
