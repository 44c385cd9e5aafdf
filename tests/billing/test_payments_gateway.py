"""The real Stripe library against a Stripe on loopback."""

import pytest
from django.db import transaction

from billing.payments.gateway import (
    VERSION,
    PaymentProviderDown,
    PaymentRefused,
    PaymentsOff,
    stripe_api,
)
from kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db(transaction=True)


def customer(key="scus_1", name="Harbour & Pine"):
    return stripe_api().create_customer(
        key=key, name=name, email="a@example.org", metadata={"organisation": "org_1"}
    )


def checkout(amount=20_000_000, key="pay_1", **more):
    return stripe_api().checkout_for_payment(
        key=key,
        customer=customer()["id"],
        amount=amount,
        label="Credit",
        success_url="https://bottega.test/wallet?session={CHECKOUT_SESSION_ID}",
        cancel_url="https://bottega.test/wallet",
        metadata={"payment": key},
        **more,
    )


def test_a_customer_pays_on_a_page_of_stripes(stripe):
    session = checkout()
    assert session["url"].startswith(stripe.url)
    assert (session["amount_total"], session["currency"]) == (2_000, "eur")
    stripe.pay(session["id"])
    found = stripe_api().retrieve("checkout.session", session["id"], expand=["payment_intent.latest_charge"])
    assert found["payment_status"] == "paid"
    charge = found["payment_intent"]["latest_charge"]
    assert (charge["amount"], charge["metadata"]) == (2_000, {"payment": "pay_1"})


def test_the_version_and_the_key_of_each_call_are_ours(stripe):
    customer()
    _, path, _, headers = stripe.journal[-1]
    assert path == "/v1/customers"
    assert headers["stripe-version"] == VERSION
    assert headers["idempotency-key"] == "scus_1"
    assert "x-stripe-client-telemetry" not in headers


def test_the_same_wish_makes_one_thing(stripe):
    assert customer()["id"] == customer()["id"]
    assert len(stripe.objects("customer")) == 1


def test_one_key_for_two_things_is_refused_and_made_once(stripe):
    customer()
    with pytest.raises(PaymentProviderDown):
        customer(name="Somebody else")
    assert len(stripe.objects("customer")) == 1


@pytest.mark.parametrize("status", [500, 0])
def test_an_answer_that_got_lost_makes_nothing_twice(stripe, status):
    stripe.fail(status=status, times=1, after=True)
    made = customer()
    assert [one["id"] for one in stripe.objects("customer")] == [made["id"]]
    assert len(stripe.asked("POST", "/v1/customers")) == 2


def test_too_many_calls_are_said_as_such(stripe):
    stripe.fail(status=429)
    with pytest.raises(PaymentProviderDown):
        customer()


def test_a_refusal_says_why(stripe):
    with pytest.raises(PaymentRefused, match="No such payment_intent") as refused:
        stripe_api().refund(key="ref_1", payment_intent="pi_none", amount=10_000, metadata={})
    assert refused.value.missing


def test_nothing_is_asked_inside_a_transaction(stripe):
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction.atomic():
        customer()
    assert stripe.journal == []


def test_no_part_of_a_cent_is_rounded_away(stripe):
    with pytest.raises(InvalidInput):
        checkout(amount=20_000_001)


def test_without_a_key_it_is_said_that_nothing_can_be_paid(settings):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(PaymentsOff):
        stripe_api()
