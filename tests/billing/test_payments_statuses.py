"""What a payment's row says of it, and who looks after news that had no effect."""

import pytest

from accounts.actions.grant_staff import grant_staff
from accounts.models import StaffAction
from accounts.staff import NotYourTask, Staff
from billing.actions.handle_stripe_event import retry_stripe_event, set_stripe_event_aside
from billing.models import Payment, StripeCustomer, StripeEvent
from billing.payments import personal_data
from billing.payments.catching_up import catch_up
from billing.payments.customers import customer_of
from billing.payments.gateway import PaymentProviderDown, stripe_api
from billing.payments.statuses import mark_paid, payment_of_session
from billing.payments.webhooks import handlers
from kernel.errors import Conflict
from kernel.tenancy import across_organisations, tenant_scope
from tests.factories.organisations import make_user
from tests.fakes.stripe_server import SECRET_KEY

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "checkout.session.completed"


@pytest.fixture
def wanted(stripe, alice, monkeypatch):
    """A payment that was asked for, its Checkout page, and a handler that notes what arrives on it."""
    arrived = []

    def note(found, news):
        with across_organisations(reason="test", durable=True):
            arrived.append(mark_paid(payment_of_session(found), found))

    monkeypatch.delitem(handlers, "invoice.paid")  # the page alone tells, not its invoice
    for kind in (KIND, "checkout.session.async_payment_succeeded"):
        monkeypatch.setitem(handlers, kind, note)
    with tenant_scope(alice.organisation, durable=True):
        payment = Payment.objects.create(organisation=alice.organisation, purpose="top_up", amount=20_000_000)
    session = stripe_api().checkout_for_payment(
        key=payment.public_id,
        customer=customer_of(alice),
        amount=payment.amount,
        label="Credit",
        success_url="https://bottega.test/wallet",
        cancel_url="https://bottega.test/wallet",
        metadata={"payment": payment.public_id},
        promotion_codes=True,
    )
    return payment, session["id"], arrived


def _read(payment):
    with across_organisations(reason="test"):
        return Payment.objects.across_organisations(reason="test").get(pk=payment.pk)


def test_a_payment_is_noted_once(stripe, wanted):
    payment, session, arrived = wanted
    stripe.pay(session)
    stripe.deliver(twice=True, shuffle=3)
    stripe.state.emit(KIND, stripe.get(session))
    stripe.deliver()
    assert [(one.gross, one.tax) if one else None for one in arrived] == [(20_000_000, 0), None]
    row = _read(payment)
    assert (row.state, row.paid, row.payment_intent) == (
        "paid",
        20_000_000,
        stripe.get(session)["payment_intent"],
    )


def test_tax_and_discounts_are_told_apart(stripe, wanted, settings):
    _, session, arrived = wanted
    coupon = stripe_api().create_coupon(key="c", percent=50, duration="once", name="Half")["id"]
    stripe_api().create_promotion_code(key="p", coupon=coupon, code="HALF")
    stripe.get(session)["automatic_tax"] = {"enabled": True}
    stripe.pay(session, promotion="HALF")
    stripe.deliver()
    assert (arrived[0].gross, arrived[0].tax, arrived[0].net, arrived[0].discount) == (
        12_000_000,
        2_000_000,
        10_000_000,
        10_000_000,
    )


def test_a_payment_that_takes_days_is_on_its_way_first(stripe, wanted):
    payment, session, arrived = wanted
    stripe.pay(session, delayed=True)
    stripe.deliver()
    assert (_read(payment).state, arrived) == ("processing", [None])
    stripe.settle(session)
    stripe.deliver()
    assert (_read(payment).state, arrived[-1].gross) == ("paid", 20_000_000)


def test_a_payment_that_never_arrives_has_failed(stripe, wanted):
    payment, session, _ = wanted
    stripe.pay(session, delayed=True)
    stripe.settle(session, paid=False)
    stripe.deliver(shuffle=1)
    assert _read(payment).state in ("failed", "processing")
    stripe.state.emit("checkout.session.async_payment_failed", stripe.get(session))
    stripe.deliver()
    assert _read(payment).state == "failed"


def test_a_page_that_nobody_paid_on_runs_out(stripe, wanted):
    payment, session, _ = wanted
    stripe.decline(session)
    stripe.deliver()
    assert (_read(payment).state, _read(payment).problem) == ("open", "Your card was declined.")
    stripe.expire(session)
    stripe.deliver()
    assert _read(payment).state == "expired"


@pytest.mark.parametrize(
    "bent",
    [
        {"amount_total": 1},
        {"amount_subtotal": 1},
        {"amount_total": 2_000, "amount_subtotal": 2_000, "customer": "cus_other"},
        {"customer": None},
    ],
)
def test_another_amount_or_customer_is_refused(stripe, wanted, bent):
    payment, session, arrived = wanted
    stripe.pay(session)
    stripe.get(session).update(bent)
    stripe.deliver()
    assert (_read(payment).state, arrived) == ("open", [])
    assert StripeEvent.objects.get(type=KIND).state == "refused"


def test_an_organisation_is_one_customer_whatever_gets_lost(stripe, alice):
    stripe.fail(status=0, times=9, after=True)
    with pytest.raises(PaymentProviderDown):
        customer_of(alice)
    stripe.server.faults.clear()
    assert customer_of(alice) == customer_of(alice)
    assert len(stripe.objects("customer")) == 1
    with tenant_scope(alice.organisation):
        assert StripeCustomer.objects.for_organisation(alice.organisation).count() == 1


def test_what_was_not_delivered_is_fetched(stripe, wanted, run_jobs):
    payment, session, arrived = wanted
    stripe.pay(session)
    assert catch_up() == len(stripe.events())
    assert catch_up() == 0
    run_jobs()
    assert _read(payment).state == "paid"
    stripe.deliver()
    assert len([one for one in arrived if one]) == 1


def test_a_person_takes_their_payments_along_and_is_forgotten(wanted, alice):
    payment, _, _ = wanted
    with tenant_scope(alice.organisation, durable=True):
        Payment.objects.for_organisation(alice.organisation).update(user_id=alice.user_id)
    assert [one["id"] for one in personal_data.export(alice.user_id)["payments"]] == [payment.public_id]
    personal_data.erase(alice.user_id)
    assert personal_data.export(alice.user_id) == {"payments": []}
    assert _read(payment).amount == 20_000_000


def test_a_customer_of_the_test_mode_is_none_of_real_money(stripe, alice, settings):
    tried = customer_of(alice)
    settings.STRIPE_SECRET_KEY = SECRET_KEY.replace("test", "live")
    assert customer_of(alice) != tried


# --- Staff ---------------------------------------------------------------------------------------------------------------


def staff(role):
    make_user(f"{role}@example.org")
    return Staff(grant_staff(email=f"{role}@example.org", role=role))


@pytest.fixture
def finance(stripe):
    return staff("finance")


@pytest.fixture
def moderator(stripe):
    return staff("moderator")


@pytest.fixture
def stuck(stripe, wanted):
    """An event that was refused."""
    _, session, _ = wanted
    stripe.pay(session)
    stripe.get(session)["amount_total"] = 1
    stripe.deliver()
    return StripeEvent.objects.get(type=KIND)


def test_finance_has_it_tried_again(stripe, wanted, stuck, finance, run_jobs):
    payment, session, _ = wanted
    stripe.get(session)["amount_total"] = 2_000
    retry_stripe_event(staff=finance, key=stuck.pk, reason="The page was put right.")
    run_jobs()
    assert (StripeEvent.objects.get(pk=stuck.pk).state, _read(payment).state) == ("done", "paid")
    assert StaffAction.objects.filter(action="payment_event.retried").count() == 1
    with pytest.raises(Conflict):
        retry_stripe_event(staff=finance, key=stuck.pk, reason="The page was put right.")


def test_finance_sets_it_aside(stuck, finance):
    set_stripe_event_aside(staff=finance, key=stuck.pk, reason="It is of another shop.")
    assert StripeEvent.objects.get(pk=stuck.pk).state == "set_aside"


def test_others_of_the_staff_do_not(stuck, moderator):
    with pytest.raises(NotYourTask):
        retry_stripe_event(staff=moderator, key=stuck.pk, reason="The page was put right.")


def test_what_is_of_the_other_mode_stays_refused(stripe, finance):
    event = stripe.state.emit(KIND, stripe.state.new("checkout.session")) | {"livemode": True}
    stripe.send(stripe.post, event)
    with pytest.raises(Conflict):
        retry_stripe_event(staff=finance, key=StripeEvent.objects.get().pk, reason="Let it through.")
