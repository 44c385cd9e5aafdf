"""Codes that lessen what is paid: finance makes them here, people enter them on the payment provider's page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.grant_staff import grant_staff
from accounts.models import StaffAction
from accounts.staff import NotYourTask, Staff
from billing.actions.change_coupons import (
    CodeTaken,
    CouponEnded,
    end_coupon,
    make_coupon,
    send_coupon,
)
from billing.actions.change_subscription import change_subscription
from billing.ledger import Kind
from billing.models import Coupon, Plan
from billing.payments.gateway import PaymentProviderDown, PaymentRefused, PaymentsOff, stripe_api
from billing.subscriptions.coupons import count_uses
from kernel.errors import InvalidInput
from tests.billing.test_sales import balances, free
from tests.billing.test_subscriptions import THIRTY, plans, subscribe  # noqa: F401 (a fixture)
from tests.billing.test_wallet_top_up import payments, top_up
from tests.factories.organisations import make_user
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "For the fair in spring"


@pytest.fixture
def fiona(db):
    user = make_user("fiona@example.org")
    return Staff(grant_staff(email=user.email, role="finance"))


def make(staff, code="SPRING", **given):
    usual = {
        "percent": 50,
        "amount": None,
        "duration": "once",
        "months": None,
        "plans": ["team"],
        "everything": False,
        "most": None,
        "expires_at": None,
    }
    return make_coupon(staff=staff, code=code, reason=WHY, **(usual | given))


def paid(actor):
    return [one.paid for one in payments(actor)]


def test_it_lessens_the_first_payment_and_no_other(stripe, alice, fiona):
    make(fiona)
    subscribe(stripe, alice, promotion="SPRING")
    stripe.advance(days=31)
    stripe.deliver()
    assert paid(alice) == [THIRTY // 2, THIRTY]
    assert count_uses() == 1 and Coupon.objects.get().used == 1
    assert list(StaffAction.objects.filter(action="coupon.made").values_list("reason", flat=True)) == [WHY]


def test_an_amount_for_some_months(stripe, alice, fiona):
    make(fiona, percent=None, amount=10_000_000, duration="repeating", months=2)
    subscribe(stripe, alice, promotion="SPRING")
    stripe.advance(days=61)
    stripe.deliver()
    assert paid(alice) == [20_000_000, 20_000_000, THIRTY]


def test_for_one_plan_it_is_for_no_other_and_for_no_credit(stripe, alice, fiona):
    make(fiona)
    assert top_up(stripe, alice, promotion="SPRING").paid == 20_000_000
    subscribe(stripe, alice, "firm", promotion="SPRING")
    assert paid(alice)[1:] == [3 * THIRTY]


def test_for_everything_it_is_for_credit_too(stripe, alice, fiona):
    make(fiona, plans=[], everything=True)
    assert top_up(stripe, alice, promotion="SPRING").paid == 10_000_000
    make(fiona, "GIFT", percent=100, plans=[], everything=True)
    assert top_up(stripe, alice, promotion="GIFT").paid == 0
    assert (free(alice.organisation), *balances((Kind.PROMOTIONS, None))) == (40_000_000, 30_000_000)


def test_a_plan_whose_price_changes_keeps_it(stripe, alice, fiona):
    make(fiona)
    Plan.objects.filter(code="team").update(price=2 * THIRTY)
    subscribe(stripe, alice, promotion="SPRING")
    assert paid(alice) == [THIRTY]


def test_once_ended_or_run_out_nobody_can_use_it(stripe, alice, bob, fiona):
    coupon = make(fiona, most=1)
    assert stripe_api().retrieve("promotion_code", coupon.promotion_id)["max_redemptions"] == 1
    subscribe(stripe, alice, promotion="SPRING")
    assert count_uses() == 1
    assert not stripe.get(coupon.promotion_id)["active"]
    other = make(fiona, "SUMMER")
    end_coupon(staff=fiona, coupon_id=other.pk, reason=WHY)
    with pytest.raises(CouponEnded):
        end_coupon(staff=fiona, coupon_id=other.pk, reason=WHY)
    assert not stripe.get(other.promotion_id)["active"]
    make(fiona, "SUMMER")


def test_where_stripe_does_not_answer_it_is_sent_later_and_made_once(stripe, fiona):
    stripe.fail(times=3)
    with pytest.raises(PaymentProviderDown):
        make(fiona)
    coupon = Coupon.objects.get()
    assert coupon.promotion_id is None and count_uses() == 0
    with pytest.raises(CodeTaken):
        make(fiona)
    send_coupon(staff=fiona, coupon_id=coupon.pk, reason=WHY)
    send_coupon(staff=fiona, coupon_id=coupon.pk, reason=WHY)
    assert (len(stripe.objects("coupon")), len(stripe.objects("promotion_code"))) == (1, 1)


def test_what_stripe_refuses_has_ended_and_says_why(stripe, fiona):
    made = stripe_api().create_coupon(key="c", percent=50, duration="once", name="Half")
    stripe_api().create_promotion_code(key="p", coupon=made["id"], code="SPRING")
    with pytest.raises(PaymentRefused):
        make(fiona)
    coupon = Coupon.objects.get()
    assert coupon.ended_at and "already exists" in coupon.problem


WRONG = [
    {"percent": None},
    {"amount": 1_000_000},
    {"percent": 101},
    {"months": 3},
    {"duration": "repeating"},
    {"plans": ["free"]},
    {"plans": []},
    {"everything": True},
    {"expires_at": timezone.now() - timedelta(days=1)},
    {"percent": None, "amount": 1_000},
]


def test_what_cannot_be_is_refused_before_anything_is_made(stripe, fiona):
    for wrong in WRONG:
        with pytest.raises(InvalidInput):
            make(fiona, **wrong)
    assert (Coupon.objects.count(), stripe.objects("coupon")) == (0, [])


def test_only_finance_makes_them_and_only_with_a_payment_provider(fiona):
    with pytest.raises(PaymentsOff):
        make(fiona)
    make_user("mo@example.org")
    with pytest.raises(NotYourTask):
        make(Staff(grant_staff(email="mo@example.org", role="moderator")))


def test_the_staff_make_and_end_one_on_their_pages(stripe, alice, fiona):
    client, pages = browser_of(fiona), "/staff/billing/coupon/"
    form = {"code": "spring", "percent": "20", "duration": "forever", "most": "10", "reason": WHY}
    assert client.post(f"{pages}add/", form | {"amount": "3"}).status_code == 400
    assert client.post(f"{pages}add/", form).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.plans, coupon.most) == ("SPRING", ["firm", "team"], 10)
    shown = client.get(pages).content.decode()
    assert "20 %" in shown and "0 / 10" in shown and "Can be used" in shown
    subscribe(stripe, alice, promotion="SPRING")
    change_subscription(actor=alice, plan_code="firm")
    assert client.post(f"{pages}{coupon.pk}/do/end/", {"reason": WHY}).status_code == 302
    assert "Ended" in client.get(pages).content.decode()


def test_what_stripe_refuses_keeps_what_was_typed(stripe, alice, fiona):
    made = stripe_api().create_coupon(key="c", percent=50, duration="once", name="Half")
    stripe_api().create_promotion_code(key="p", coupon=made["id"], code="SPRING")
    form = {"code": "spring", "percent": "20", "duration": "forever", "most": "10", "reason": WHY}
    refused = browser_of(fiona).post("/staff/billing/coupon/add/", form)
    page = refused.content.decode()
    assert refused.status_code == PaymentRefused.status
    assert 'role="alert"' in page
    for typed in ('value="spring"', 'value="20"', 'value="10"', WHY):
        assert typed in page
