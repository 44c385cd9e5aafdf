"""Stripe's balance against the ledger's cash, and the fees that Stripe keeps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, balance_of, post
from billing.models import BalanceLine, Payment
from billing.payments.gateway import stripe_api
from billing.payments.reconciling import SETTLED, reconcile
from kernel.tenancy import across_organisations
from tests.billing.test_payments_gateway import checkout

pytestmark = pytest.mark.django_db(transaction=True)
CENT = 10_000
FEE = 55  # of 20.00: 1.5 % and 25 cents


def paid(stripe, amount=20_000_000, key="pay_1"):
    """The payment intent of what a customer paid."""
    return stripe.pay(checkout(amount, key)["id"])["payment_intent"]


def booked(owner, cents, name, kind="top_up", **details):
    with across_organisations(reason="test", durable=True):
        event = Event(kind, "stripe", name, timezone.now(), details)
        post(event, [Posting(Kind.CASH, cents * CENT), Posting(Kind.WALLET, -cents * CENT, owner.pk)])


def later(**waiting):
    return timezone.now() + SETTLED + timedelta(**waiting)


def states():
    return {row.reference: row.state for row in BalanceLine.objects.all()}


def cash():
    with across_organisations(reason="test"):
        return balance_of(Kind.CASH) // CENT, balance_of(Kind.PAYMENT_FEES) // CENT


def test_what_agrees_is_said_to_and_fees_are_posted_once(stripe, alice):
    intent = paid(stripe)
    booked(alice.organisation, 2_000, intent)
    for _ in range(2):
        found = reconcile(now=later(minutes=1))
        assert (found.lines, found.wrong) == (1, 0)
    assert found.fees == 0
    assert states() == {intent: "matched"}
    assert cash() == (2_000 - FEE, FEE)


def test_a_refund_and_a_dispute_are_compared_with_their_payment(stripe, alice):
    intent = paid(stripe)
    other = paid(stripe, key="pay_2")
    booked(alice.organisation, 2_000, f"top_up:{intent}")
    booked(alice.organisation, 2_000, f"top_up:{other}")
    refund = stripe.refund(intent, 500)
    dispute = stripe.dispute(other)
    booked(alice.organisation, -500, f"refund:{refund['id']}", "refund", payment_intent=intent)
    booked(alice.organisation, -2_000, "dispute:1", "dispute", dispute=dispute["id"])
    assert reconcile(now=later(minutes=1)).wrong == 0
    assert states() == {intent: "matched", other: "matched"}
    assert cash() == (1_500 - 2 * FEE - 1_500, 2 * FEE + 1_500)
    stripe.close_dispute(dispute["id"], won=True)
    booked(alice.organisation, 2_000, "won:1", "dispute_won", dispute=dispute["id"])
    assert reconcile(now=later(minutes=1)).wrong == 0
    assert cash() == (3_500 - 2 * FEE, 2 * FEE)


def test_the_checkout_page_and_the_invoice_are_names_of_a_payment(stripe, alice):
    session = stripe.pay(checkout()["id"])
    with across_organisations(reason="test", durable=True):
        Payment.objects.create(
            organisation=alice.organisation,
            purpose="top_up",
            amount=20_000_000,
            session_id=session["id"],
            payment_intent=session["payment_intent"],
        )
    booked(alice.organisation, 2_000, session["id"])
    assert reconcile(now=later(minutes=1)).wrong == 0


def test_money_that_the_ledger_does_not_know_is_found(stripe):
    intent = paid(stripe)
    assert reconcile(now=later(minutes=1)).wrong == 0
    assert states() == {intent: "awaited"}
    assert reconcile(now=later(hours=7)).wrong == 1
    assert states() == {intent: "missing"}


def test_another_amount_is_found_and_put_right_when_it_is_corrected(stripe, alice):
    intent = paid(stripe)
    booked(alice.organisation, 1_900, intent)
    assert reconcile(now=later(hours=7)).wrong == 1
    assert states() == {intent: "different"}
    booked(alice.organisation, 100, f"correction:{intent}", "correction")
    assert reconcile(now=later(hours=8)).wrong == 0
    assert states() == {intent: "matched"}


def test_cash_that_stripe_does_not_know_is_found(stripe, alice):
    booked(alice.organisation, 2_000, "pi_invented")
    booked(alice.organisation, 700, "by bank")
    assert reconcile(now=later(hours=1)).wrong == 0
    assert reconcile(now=later(hours=9)).wrong == 1
    assert states() == {"pi_invented": "unknown"}
    assert BalanceLine.objects.get().in_ledger == 2_000 * CENT


def test_a_transfer_on_its_way_is_waited_for_and_our_own_payouts_move_no_cash(stripe):
    stripe.fund(10_000)
    account = stripe_api().create_account(key="a", country="DE", email="", metadata={})["id"]
    stripe.onboard(account)
    sent = stripe_api().transfer(key="po_1", account=account, amount=50_000_000, metadata={})["id"]
    stripe.payout()
    assert reconcile(now=later(days=2)).wrong == 0
    assert states()[sent] == "awaited"
    assert {row.state for row in BalanceLine.objects.exclude(reference=sent)} == {"outside"}
    assert reconcile(now=later(days=15)).wrong == 1


def test_a_long_list_is_read_to_its_end(stripe):
    for number in range(130):
        stripe.state.moved("stripe_fee", -1 - number, "")
    assert reconcile(now=later(minutes=1)).lines == 130
    assert cash() == (-sum(range(1, 131)), sum(range(1, 131)))


def test_without_a_key_there_is_nothing_to_compare(settings):
    settings.STRIPE_SECRET_KEY = ""
    assert reconcile().lines == 0
