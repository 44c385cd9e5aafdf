"""Credit is bought on Stripe's page, and is in the wallet and the ledger once."""

import html

import pytest

from billing.actions.start_top_up import start_top_up
from billing.ledger import Kind
from billing.models import LedgerTransaction, Payment
from billing.payments.gateway import PaymentProviderDown, stripe_api
from kernel.errors import InvalidInput, PermissionDenied
from tests.billing.test_sales import balances, credit, free
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
TWENTY = 20_000_000


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, path
    return html.unescape(response.content.decode())


def session_of(stripe):
    return stripe.objects("checkout.session")[-1]["id"]


def payments(actor):
    from kernel.tenancy import tenant_scope

    with tenant_scope(actor.organisation):
        return list(Payment.objects.for_organisation(actor.organisation).order_by("pk"))


def top_up(stripe, actor, amount=TWENTY, **how):
    start_top_up(actor=actor, amount=amount)
    stripe.pay(session_of(stripe), **how)
    stripe.deliver(twice=True, shuffle=1)
    return payments(actor)[-1]


def test_credit_is_there_once_however_often_and_in_whatever_order_it_is_told(stripe, alice):
    payment = top_up(stripe, alice)
    stripe.deliver()
    assert free(alice.organisation) == TWENTY
    assert (payment.state, payment.paid, payment.amount) == ("paid", TWENTY, TWENTY)
    assert balances((Kind.CASH, None), (Kind.WALLET, alice.organisation.pk)) == (TWENTY, -TWENTY)


def test_who_comes_back_before_the_news_sees_the_credit(stripe, alice):
    start_top_up(actor=alice, amount=TWENTY)
    session = session_of(stripe)
    stripe.pay(session)
    client = client_for(alice)
    response = client.get(f"/billing/wallet/?session={session}", follow=True)
    assert "€20.00 of credit is in the wallet" in html.unescape(response.content.decode())
    stripe.deliver(twice=True)
    assert free(alice.organisation) == TWENTY


def test_tax_comes_on_top_and_is_not_credit(stripe, alice, settings):
    settings.STRIPE_AUTOMATIC_TAX = True
    top_up(stripe, alice)
    tax = TWENTY * stripe.state.tax_percent // 100
    assert free(alice.organisation) == TWENTY
    assert balances((Kind.CASH, None), (Kind.TAX_PAYABLE, None)) == (TWENTY + tax, -tax)


def test_a_discount_does_not_lessen_the_credit(stripe, alice):
    coupon = stripe_api().create_coupon(key="c", percent=50, duration="once", name="Half")["id"]
    stripe_api().create_promotion_code(key="p", coupon=coupon, code="HALF")
    payment = top_up(stripe, alice, promotion="HALF")
    assert (free(alice.organisation), payment.paid) == (TWENTY, TWENTY // 2)
    assert balances((Kind.CASH, None), (Kind.PROMOTIONS, None)) == (TWENTY // 2, TWENTY // 2)


def test_a_slow_payment_counts_when_it_arrives(stripe, alice):
    start_top_up(actor=alice, amount=TWENTY)
    session = session_of(stripe)
    stripe.pay(session, delayed=True)
    stripe.deliver()
    assert (free(alice.organisation), payments(alice)[0].state) == (0, "processing")
    stripe.settle(session)
    stripe.deliver()
    assert free(alice.organisation) == TWENTY


@pytest.mark.parametrize("amount", [-TWENTY, 0, 4_999_999, 1_000_000_001, 20_000_001])
def test_amounts_out_of_range_open_no_page(stripe, alice, amount):
    with pytest.raises(InvalidInput):
        start_top_up(actor=alice, amount=amount)
    assert not stripe.objects("checkout.session")


def test_a_page_that_was_not_opened_is_a_payment_that_failed(stripe, alice):
    stripe.fail(status=500, times=9)
    with pytest.raises(PaymentProviderDown):
        start_top_up(actor=alice, amount=TWENTY)
    assert payments(alice)[0].state == "failed"


def test_a_member_may_not(stripe, bob):
    with pytest.raises(PermissionDenied):
        start_top_up(actor=bob, amount=TWENTY)
    assert client_for(bob).get("/billing/wallet/").status_code == 403


# --- Pages and REST -----------------------------------------------------------------------------------------------------


def test_the_form_goes_to_stripe_and_keeps_what_was_typed(stripe, alice):
    client = client_for(alice)
    refused = client.post("/billing/wallet/top-up", {"amount": "3.50"})
    assert refused.status_code == 400
    assert 'value="3.50"' in refused.content.decode()
    sent = client.post("/billing/wallet/top-up", {"amount": "25"})
    assert stripe.get(session_of(stripe))["url"] in sent.content.decode()


def test_the_history_receipts_and_the_invoice_are_their_owners(stripe, alice, charlie):
    payment = top_up(stripe, alice)
    client = client_for(alice)
    shown = page(client, "/billing/wallet/")
    assert "Topped up" in shown
    assert "+€20.00" in shown
    assert "€20.00" in page(client, f"/billing/payments/{payment.public_id}")
    invoice = client.get(f"/billing/payments/{payment.public_id}/invoice")
    assert invoice["Location"].startswith("https://invoice.stripe.example/")
    table = page(client, "/billing/wallet/history.csv")
    assert "top_up,,20.000000,EUR,ltx_" in table
    for path in ("", "/invoice"):
        assert client_for(charlie).get(f"/billing/payments/{payment.public_id}{path}").status_code == 404


def test_a_stranger_to_a_page_gets_nothing_by_coming_back_from_it(stripe, alice, charlie):
    start_top_up(actor=alice, amount=TWENTY)
    session = session_of(stripe)
    stripe.pay(session)
    client_for(charlie).get(f"/billing/wallet/?session={session}")
    assert (free(alice.organisation), free(charlie.organisation)) == (0, 0)


def test_without_a_payment_provider_the_page_says_whom_to_ask(alice):
    credit(alice.organisation, TWENTY)
    client = client_for(alice)
    shown = page(client, "/billing/wallet/")
    assert "Its finance team grants credit" in shown
    assert "Credit from the operator" in shown
    assert client.post("/billing/wallet/top-up", {"amount": "20"}).status_code == 409
    assert api_client_for(alice).get("/api/v1/billing/wallet").json()["payments"] is False


def test_machines_read_the_wallet_and_go_to_pay(stripe, alice, charlie):
    top_up(stripe, alice)
    api = api_client_for(alice)
    wallet = api.get("/api/v1/billing/wallet").json()
    assert (wallet["balance"], wallet["free"], wallet["currency"]) == (TWENTY, TWENTY, "EUR")
    [entry] = api.get("/api/v1/billing/ledger").json()["results"]
    assert (entry["kind"], entry["amount"]) == ("top_up", TWENTY)
    assert api_client_for(charlie).get("/api/v1/billing/ledger").json()["results"] == []
    made = api.post("/api/v1/billing/checkout", {"amount": 5_000_000})
    assert (made.status_code, made.json()["url"]) == (201, stripe.get(session_of(stripe))["url"])
    for body in ({}, {"amount": 1, "plan": "x"}, {"amount": "NaN"}, {"amount": 5_000_000, "more": 1}):
        assert api.post("/api/v1/billing/checkout", body).status_code == 400
    assert api.post("/api/v1/billing/checkout", {"plan": "none"}).status_code == 404
    assert LedgerTransaction.objects.count() == 1
