"""Money that goes back: unused credit sent by finance, refunds on Stripe's pages, disputes won and lost."""

import pytest

from accounts.actions.grant_staff import grant_staff
from accounts.staff import NotYourTask, Staff
from billing.actions.refund_credit import NotRefundable, refund_credit, send_refunds
from billing.ledger import Kind, WalletTooLow
from billing.models import CreditRefund
from billing.payments.gateway import PaymentRefused, stripe_api
from kernel.errors import InvalidInput
from kernel.tenancy import across_organisations
from tests.billing.test_sales import balances, free
from tests.billing.test_wallet_automatic import spend_all
from tests.billing.test_wallet_top_up import TWENTY, payments, top_up
from tests.factories.organisations import make_user

pytestmark = pytest.mark.django_db(transaction=True)
FIVE = 5_000_000


@pytest.fixture
def fiona(db):
    user = make_user("fiona@example.org")
    return Staff(grant_staff(email=user.email, role="finance"))


def send(staff, payment, amount=FIVE):
    return refund_credit(staff=staff, payment_id=payment.public_id, amount=amount, reason="Asked by mail")


def states():
    with across_organisations(reason="test"):
        return [row.state for row in CreditRefund.objects.across_organisations(reason="test").order_by("pk")]


def test_unused_credit_goes_back_with_its_tax(stripe, alice, fiona, settings):
    settings.STRIPE_AUTOMATIC_TAX = True
    payment = top_up(stripe, alice)
    tax = payment.tax
    send(fiona, payment, payment.paid // 2)
    stripe.deliver(twice=True)
    assert (free(alice.organisation), payments(alice)[0].refunded) == (TWENTY // 2, payment.paid // 2)
    assert balances((Kind.TAX_PAYABLE, None), (Kind.CASH, None)) == (-tax // 2, payment.paid // 2)
    send(fiona, payment, payment.paid // 2)
    assert balances((Kind.TAX_PAYABLE, None), (Kind.CASH, None)) == (0, 0)
    assert states() == ["done", "done"]


def test_credit_that_a_discount_gave_goes_with_what_was_paid(stripe, alice, fiona):
    coupon = stripe_api().create_coupon(key="c", percent=50, duration="once", name="Half")["id"]
    stripe_api().create_promotion_code(key="p", coupon=coupon, code="HALF")
    payment = top_up(stripe, alice, promotion="HALF")
    send(fiona, payment, TWENTY // 2)
    assert free(alice.organisation) == 0
    assert balances((Kind.CASH, None), (Kind.PROMOTIONS, None)) == (0, 0)


def test_what_was_spent_does_not_go_back(stripe, alice, fiona):
    payment = top_up(stripe, alice)
    spend_all(alice)
    with pytest.raises(WalletTooLow):
        send(fiona, payment)
    assert (states(), stripe.objects("refund")) == ([], [])


def test_only_finance_sends_it_and_no_more_than_was_paid(stripe, alice, fiona):
    payment = top_up(stripe, alice)
    with pytest.raises(InvalidInput):
        send(fiona, payment, TWENTY + 10_000)
    make_user("mo@example.org")
    moderator = Staff(grant_staff(email="mo@example.org", role="moderator"))
    with pytest.raises(NotYourTask):
        send(moderator, payment)


def test_what_stripe_refuses_is_credit_again(stripe, alice, fiona):
    payment = top_up(stripe, alice)
    stripe.objects("charge")[0]["disputed"] = True
    with pytest.raises(PaymentRefused):
        send(fiona, payment)
    assert (free(alice.organisation), payments(alice)[0].refunded, states()) == (TWENTY, 0, ["failed"])


def test_a_refund_without_an_answer_is_sent_once_later(stripe, alice, fiona):
    payment = top_up(stripe, alice)
    stripe.fail(status=0, times=9, after=True)
    send(fiona, payment)
    stripe.server.faults.clear()
    assert (free(alice.organisation), states()) == (TWENTY - FIVE, ["wanted"])
    stripe.deliver()
    send_refunds()
    assert (states(), len(stripe.objects("refund"))) == (["done"], 1)


def test_a_refund_that_the_bank_sends_back_is_credit_again(stripe, alice, fiona):
    send(fiona, top_up(stripe, alice))
    stripe.fail_refund(stripe.objects("refund")[0]["id"])
    stripe.deliver(twice=True)
    assert (free(alice.organisation), states()) == (TWENTY, ["failed"])
    assert balances((Kind.CASH, None)) == (TWENTY,)


def test_a_refund_on_stripes_own_pages_is_posted_once_and_undone_once(stripe, alice):
    payment = top_up(stripe, alice)
    refund = stripe.refund(payment.payment_intent, 500)
    stripe.deliver(twice=True, shuffle=4)
    assert (free(alice.organisation), payments(alice)[0].refunded) == (TWENTY - FIVE, FIVE)
    stripe.fail_refund(refund["id"])
    stripe.deliver(twice=True)
    assert (free(alice.organisation), payments(alice)[0].refunded) == (TWENTY, 0)


def test_a_dispute_takes_what_is_left_and_a_won_one_gives_it_back(stripe, alice, fiona):
    payment = top_up(stripe, alice)
    dispute = stripe.dispute(payment.payment_intent)
    stripe.deliver(twice=True, shuffle=5)
    assert (free(alice.organisation), payments(alice)[0].disputed) == (0, TWENTY)
    with pytest.raises(NotRefundable):
        send(fiona, payment)
    stripe.close_dispute(dispute["id"], won=True)
    stripe.deliver(twice=True)
    assert (free(alice.organisation), payments(alice)[0].disputed) == (TWENTY, 0)


def test_a_dispute_of_spent_credit_never_overdraws(stripe, alice):
    payment = top_up(stripe, alice)
    spend_all(alice)
    dispute = stripe.dispute(payment.payment_intent)
    stripe.close_dispute(dispute["id"], won=False)
    stripe.deliver(shuffle=6)
    assert free(alice.organisation) == 0
    assert balances((Kind.DISPUTE_LOSSES, None), (Kind.CASH, None)) == (TWENTY, 0)
