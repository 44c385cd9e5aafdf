"""What we rely on at Stripe, asked of the Stripe of the tests and, with a key of its test mode, of Stripe itself.

`STRIPE_TEST_SECRET_KEY=sk_test_… make test` runs both. Nothing here needs a person at a page.
"""

import os
import time
import uuid

import pytest

from billing.payments.amounts import to_micro
from billing.payments.gateway import VERSION, PaymentProviderDown, PaymentRefused, stripe_api
from tests.harness.network import open_network

pytestmark = pytest.mark.django_db(transaction=True)
KEY = os.environ.get("STRIPE_TEST_SECRET_KEY", "")
THERE = pytest.param(
    "stripe",
    marks=[
        pytest.mark.stripe_test_mode,
        pytest.mark.skipif(
            not KEY.startswith(("sk_test_", "rk_test_")),
            reason="STRIPE_TEST_SECRET_KEY holds no key of Stripe's test mode",
        ),
    ],
)


@pytest.fixture(params=["loopback", THERE])
def ask(request, settings):
    """The gateway to one or the other."""
    if request.param == "loopback":
        request.getfixturevalue("stripe")
        yield stripe_api()
        return
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, "https://api.stripe.com"
    with open_network():
        yield stripe_api()


def fresh():
    return f"test_{uuid.uuid4().hex}"


def charged(ask, *, method="pm_card_visa", amount=2_000):
    given = {
        "amount": amount,
        "currency": "eur",
        "payment_method": method,
        "confirm": "true",
        "automatic_payment_methods": {"enabled": "true", "allow_redirects": "never"},
    }
    return ask.create("payment_intents", given, key=fresh())


def customer(ask, key):
    return ask.create_customer(
        key=key, name="Harbour & Pine", email="a@example.org", metadata={"organisation": "org_1"}
    )


def pages(ask):
    return {
        "key": fresh(),
        "customer": customer(ask, fresh())["id"],
        "success_url": "https://example.org/wallet?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://example.org/wallet",
        "metadata": {"payment": "pay_1"},
    }


def monthly(ask, **more):
    product = ask.create_product(key=fresh(), name="Team", metadata={"plan": "team"})["id"]
    return ask.create_price(key=fresh(), product=product, amount=to_micro(3_000), metadata={}, **more)


def test_an_idempotency_key_makes_one_thing_of_one_shape(ask):
    key = fresh()
    assert customer(ask, key)["id"] == customer(ask, key)["id"]
    with pytest.raises(PaymentProviderDown):
        ask.create_customer(key=key, name="Another", email="", metadata={})


def test_what_is_missing_is_said_to_be(ask):
    for kind, name in (
        ("customer", "cus_none"),
        ("checkout.session", "cs_test_none"),
        ("invoice", "in_none"),
    ):
        with pytest.raises(PaymentRefused) as refused:
            ask.retrieve(kind, name)
        assert refused.value.missing


def test_an_account_that_is_not_connected_is_refused(ask):
    with pytest.raises(PaymentRefused) as refused:
        ask.retrieve("payout", "po_none", account="acct_1032D82eZvKYlo2C")
    assert refused.value.refusal == "account_invalid"


def test_a_page_for_a_payment_asks_for_what_we_said_and_can_be_ended(ask):
    session = ask.checkout_for_payment(amount=to_micro(2_000), label="Credit", **pages(ask))
    assert (session["status"], session["payment_status"], session["amount_subtotal"]) == (
        "open",
        "unpaid",
        2_000,
    )
    assert (session["currency"], session["livemode"], session["metadata"]) == (
        "eur",
        False,
        {"payment": "pay_1"},
    )
    assert session["url"]
    assert ask.expire_checkout(session["id"])["status"] == "expired"


def test_a_page_for_a_subscription_is_opened(ask):
    price = monthly(ask)
    assert (price["unit_amount"], price["recurring"]["interval"]) == (3_000, "month")
    session = ask.checkout_for_subscription(prices=[{"price": price["id"], "quantity": 1}], **pages(ask))
    assert (session["mode"], session["status"], session["amount_total"]) == ("subscription", "open", 3_000)


def test_a_discount_has_a_word(ask):
    coupon = ask.create_coupon(key=fresh(), percent=20, duration="once", name="Welcome")
    word = f"W{uuid.uuid4().hex[:10].upper()}"
    made = ask.create_promotion_code(key=fresh(), coupon=coupon["id"], code=word)
    assert (made["code"], made["active"], made["promotion"]["coupon"]) == (word, True, coupon["id"])


def test_a_discount_is_for_some_products_some_months_and_some_customers(ask):
    product, code = monthly(ask)["product"], f"W{uuid.uuid4().hex[:10].upper()}"
    terms = {"amount": to_micro(500), "duration": "repeating", "months": 3, "products": [product]}
    coupon = ask.create_coupon(key=fresh(), name="Spring", **terms)
    assert (coupon["amount_off"], coupon["duration_in_months"]) == (500, 3)
    later = int(time.time()) + 86_400
    made = ask.create_promotion_code(key=fresh(), coupon=coupon["id"], code=code, most=5, expires=later)
    assert (made["max_redemptions"], made["times_redeemed"], made["expires_at"]) == (5, 0, later)
    with pytest.raises(PaymentRefused):
        ask.create_promotion_code(key=fresh(), coupon=coupon["id"], code=code)
    assert not ask.end_promotion_code(made["id"])["active"]


def test_a_customer_has_a_tax_number_and_loses_it(ask):
    who = customer(ask, fresh())["id"]
    made = ask.create_tax_id(who, kind="eu_vat", value="DE123456789")
    assert [(one["type"], one["value"]) for one in ask.each(f"customers/{who}/tax_ids")] == [
        ("eu_vat", "DE123456789")
    ]
    ask.delete_tax_id(who, made["id"])
    assert list(ask.each(f"customers/{who}/tax_ids")) == []


def test_a_charge_is_paid_refunded_and_in_the_balance(ask):
    intent = charged(ask)
    found = ask.retrieve("payment_intent", intent["id"], expand=["latest_charge.balance_transaction"])
    assert (found["status"], found["amount_received"]) == ("succeeded", 2_000)
    line = found["latest_charge"]["balance_transaction"]
    assert (line["type"], line["reporting_category"], line["net"]) == (
        "charge",
        "charge",
        line["amount"] - line["fee"],
    )
    refund = ask.refund(key=fresh(), payment_intent=intent["id"], amount=to_micro(500), metadata={})
    assert refund["status"] in ("succeeded", "pending")
    assert ask.retrieve("charge", found["latest_charge"]["id"])["amount_refunded"] == 500
    with pytest.raises(PaymentRefused):
        ask.refund(key=fresh(), payment_intent=intent["id"], amount=to_micro(1_501), metadata={})


def test_a_declined_card_is_a_refusal(ask):
    with pytest.raises(PaymentRefused) as refused:
        charged(ask, method="pm_card_chargeDeclined")
    assert refused.value.refusal == "card_declined"


def test_a_meter_takes_use_once(ask):
    name = f"overage_{uuid.uuid4().hex[:12]}"
    meter = ask.create_meter(key=fresh(), name="Overage", event=name)
    assert monthly(ask, meter=meter["id"])["recurring"]["usage_type"] == "metered"
    who, key, at = customer(ask, fresh())["id"], fresh(), meter["created"]
    for _ in range(2):
        found = ask.meter_event(key=key, event=name, customer=who, value=5, at=at)
        assert (found["event_name"], found["identifier"]) == (name, key)


def test_events_and_lines_of_the_balance_are_listed(ask):
    charged(ask)
    event = next(iter(ask.each("events", limit=3)))
    assert {"id", "type", "created", "livemode", "data"} <= set(event)
    line = next(iter(ask.each("balance_transactions", limit=3, expand=["source"])))
    assert {"id", "type", "amount", "fee", "net", "created", "currency"} <= set(line)
    assert ask.balance()["object"] == "balance"


def test_the_version_is_the_librarys_own():
    """Its types and ours are of the same version: raise both together, and read what changed."""
    import stripe as library

    assert library.api_version == VERSION
