"""A wallet that fills itself: a saved card, a threshold, a month's maximum."""

import pytest

from billing.actions.change_auto_top_up import start_auto_top_up, stop_auto_top_up
from billing.models import AutoTopUp, Payment
from billing.wallet.automatic import fill_wallets
from events.models import Notification
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_sales import free
from tests.billing.test_wallet_top_up import payments, session_of
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
TEN = 10_000_000


@pytest.fixture
def filling(stripe, alice):
    """Below 5, 10 are charged, at most 25 a month; the card was left."""
    address = start_auto_top_up(actor=alice, threshold=TEN // 2, amount=TEN, monthly_maximum=25_000_000)
    assert address.startswith(stripe.url)
    stripe.pay(session_of(stripe))
    stripe.deliver(twice=True)
    return stripe


def rule(actor):
    with tenant_scope(actor.organisation):
        return AutoTopUp.objects.for_organisation(actor.organisation).get()


def spend_all(actor):
    from django.utils import timezone

    from billing.ledger import Event, Kind, Posting, post

    amount = free(actor.organisation)
    with across_organisations(reason="test", durable=True):
        event = Event("usage", "test", f"spent-{len(payments(actor))}", timezone.now())
        post(
            event,
            [Posting(Kind.WALLET, amount, actor.organisation.pk), Posting(Kind.USAGE_REVENUE, -amount)],
        )


def test_the_card_is_charged_once_while_there_is_enough(filling, alice):
    assert rule(alice).card == "Visa •••• 4242"
    assert fill_wallets() == 1
    assert fill_wallets() == 0
    filling.deliver(twice=True, shuffle=2)
    assert free(alice.organisation) == TEN
    [payment] = payments(alice)
    assert (payment.state, payment.paid, bool(payment.payment_intent)) == ("paid", TEN, True)


def test_a_month_has_its_maximum(filling, alice):
    for _ in range(4):
        fill_wallets()
        if free(alice.organisation):
            spend_all(alice)
    assert [one.amount for one in payments(alice)] == [TEN, TEN]
    assert rule(alice).charged == 2 * TEN


def test_no_answer_goes_on_with_the_same_payment(filling, alice):
    filling.fail(status=500, times=9)
    assert fill_wallets() == 0
    filling.server.faults.clear()
    assert fill_wallets() == 1
    assert len(payments(alice)) == 1


def test_an_answer_that_was_lost_charges_once(filling, alice):
    filling.fail(status=0, times=9, after=True)
    assert fill_wallets() == 0
    filling.server.faults.clear()
    fill_wallets()
    filling.deliver()
    assert free(alice.organisation) == TEN
    assert len(filling.objects("charge")) == 1


def test_a_card_that_is_declined_pauses_it_and_those_who_pay_are_told(filling, alice):
    filling.state.declined.add(filling.objects("customer")[0]["id"])
    assert (fill_wallets(), fill_wallets()) == (0, 0)
    filling.deliver()
    deliver_events()
    assert payments(alice)[0].state == Payment.State.FAILED
    assert filling.objects("invoice")[0]["status"] == "void"
    assert (rule(alice).charged, bool(rule(alice).paused_at)) == (0, True)
    with tenant_scope(alice.organisation):
        kinds = Notification.objects.for_organisation(alice.organisation).values_list("kind", flat=True)
        assert list(kinds) == ["wallet_top_up_failed"]
    assert "Your card was declined." in client_for(alice).get("/billing/wallet/").content.decode()
    filling.state.declined.clear()
    assert start_auto_top_up(actor=alice, threshold=TEN, amount=TEN, monthly_maximum=TEN) == ""
    assert fill_wallets() == 1


def test_it_is_switched_off_and_what_is_typed_wrong_is_kept(filling, alice, bob):
    client = client_for(alice)
    wrong = client.post(
        "/billing/wallet/automatic", {"threshold": "5", "amount": "30", "monthly_maximum": "7"}
    )
    assert (wrong.status_code, 'value="30"' in wrong.content.decode()) == (400, True)
    assert client_for(bob).post("/billing/wallet/automatic", {"stop": "yes"}).status_code == 403
    stop_auto_top_up(actor=alice)
    assert fill_wallets() == 0
