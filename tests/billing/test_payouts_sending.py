"""Monthly payouts through Stripe: once, to the account that was meant, and back in the books where they fail."""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from accounts.staff import Staff
from billing.actions.connect_payout_account import (
    NoStripeAccount,
    connect_payout_account,
    refresh_payout_account,
    stripe_pages,
)
from billing.actions.post_sales import post_sales
from billing.actions.schedule_payouts import schedule_payout, schedule_payouts, sweep_payouts
from billing.actions.send_payout import send_payout
from billing.actions.settle_payout import NotSo, reverse_payout
from billing.earning.balances import payable
from billing.earning.checks import check_ledger
from billing.earning.clawback import refund_sale
from billing.ledger import Event, Kind, Posting, post
from billing.models import Payout, PayoutAccount, StripeEvent
from billing.payments import gateway
from billing.payments.errors import PaymentsOff
from billing.payouts.accounts import in_words
from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import across_organisations, tenant_scope
from tests.factories.earning import balances, give_credit, make_sale
from tests.factories.organisations import make_user

pytestmark = pytest.mark.django_db(transaction=True)
UNIT = 1_000_000
DAY = datetime(2026, 11, 5, 6, tzinfo=UTC)
URLS = {"refresh_url": "https://bottega.test/again", "return_url": "https://bottega.test/back"}


@pytest.fixture
def earn(alice, charlie, settings):
    """Charlie pays Alice's organisation: so many units of the currency are its share. The sales' ids."""
    settings.EARNINGS_HELD_DAYS = 0

    def earn(units, count=1):
        give_credit(charlie.organisation.pk, units * UNIT * count)
        sold = [
            make_sale(charlie.organisation.pk, alice.organisation.pk, units * UNIT, cost=0, share_bp=10_000)
            for _ in range(count)
        ]
        post_sales()
        return sold

    return earn


@pytest.fixture
def account(stripe, alice):
    """Alice's organisation has an account at Stripe that is ready, and old enough; the operator has money there."""
    connect_payout_account(actor=alice, country="DE", **URLS)
    made = _account(alice)
    stripe.onboard(made.account_id)
    stripe.deliver()
    stripe.fund(1_000_000)
    _change(made, paused_until=timezone.now() - timedelta(days=1))
    return _account(alice)


def _account(actor):
    with across_organisations(reason="test"):
        rows = PayoutAccount.objects.across_organisations(reason="test")
        return rows.get(organisation=actor.organisation, ended_at=None)


def _change(row, **values):
    with across_organisations(reason="test", durable=True):
        type(row).objects.across_organisations(reason="test").filter(pk=row.pk).update(**values)


def _payouts():
    with across_organisations(reason="test"):
        return list(Payout.objects.across_organisations(reason="test").order_by("pk"))


def _payout():
    (found,) = _payouts()
    return found


def _owed(alice):
    """Owed, on its way, cash."""
    wanted = (Kind.CREATOR_PAYABLE, alice.organisation.pk), (Kind.PAYOUTS_IN_TRANSIT, None), (Kind.CASH, None)
    return balances(*wanted)


def _differences():
    with across_organisations(reason="test"):
        return check_ledger()


def _due_again(payout):
    _change(payout, due_at=timezone.now() - timedelta(minutes=1), held_until=None)


def plan(alice, **more):
    return schedule_payout(alice.organisation.pk, now=timezone.now(), **more)


def test_what_is_owed_is_paid_out_with_one_transfer(stripe, alice, account, earn, run_jobs, settings):
    settings.PAYOUT_DAY = 1
    earn(30)
    assert schedule_payouts() == 1
    assert _owed(alice) == (0, -30 * UNIT, 0)
    run_jobs()
    payout = _payout()
    (transfer,) = stripe.objects("transfer")
    assert (payout.state, payout.transfer_id, transfer["amount"]) == ("paid", transfer["id"], 3_000)
    assert transfer["destination"] == account.account_id
    assert payout.figures == {"before": 0, "moved": {"sale": 30 * UNIT}, "left": 0}
    assert _owed(alice) == (0, 0, -30 * UNIT)
    stripe.deliver(twice=True, shuffle=1)
    assert schedule_payouts() == 0
    assert _differences() == []


def test_too_little_and_parts_of_a_cent_are_carried(alice, account, earn, settings):
    earn(19)
    assert plan(alice) is None
    settings.PAYOUT_MINIMUM_MICRO = 1
    earn(1)
    sold = 3_333
    with across_organisations(reason="test"):
        assert payable(alice.organisation.pk).available == 20 * UNIT
    with across_organisations(reason="test", durable=True):
        owed = Posting(Kind.CREATOR_PAYABLE, -sold, alice.organisation.pk)
        post(Event("correction", "test", "c1", timezone.now()), [owed, Posting(Kind.REFUNDS, sold)])
    payout = plan(alice)
    assert payout.amount == 20 * UNIT
    assert payout.figures["left"] == sold


def test_before_its_day_nothing_is_planned(alice, account, earn, settings):
    earn(30)
    settings.PAYOUT_DAY = 5
    _change(account, paused_until=DAY - timedelta(days=9))
    assert schedule_payouts(now=DAY.replace(day=4)) == 0
    assert schedule_payouts(now=DAY) == 1


def test_two_jobs_at_once_plan_one_payout(alice, account, earn):
    earn(30)
    ready, made = threading.Barrier(4), []

    def job():
        try:
            ready.wait()
            made.append(plan(alice))
        finally:
            connection.close()

    threads = [threading.Thread(target=job) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one is not None for one in made) == 1
    assert _owed(alice)[:2] == (0, -30 * UNIT)


def test_two_workers_at_once_make_one_transfer(stripe, alice, account, earn):
    earn(30)
    key = plan(alice).pk
    stripe.server.delay = 0.05
    threads = [threading.Thread(target=lambda: (send_payout(key=key), connection.close())) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(stripe.asked("POST", "/v1/transfers")) == 1
    assert _payout().state == "paid"


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_makes_no_second_transfer(stripe, alice, account, earn, after):
    earn(30)
    payout = plan(alice)
    stripe.fail(status=500, times=3, after=after)
    assert not send_payout(key=payout.pk)
    assert _payout().state == "sending"
    assert not send_payout(key=payout.pk), "it waits before it is tried again"
    stripe.state.kept.clear()  # Stripe forgets keys after a day
    _due_again(payout)
    assert send_payout(key=payout.pk)
    assert len(stripe.objects("transfer")) == 1
    assert _owed(alice) == (0, 0, -30 * UNIT)


@pytest.mark.parametrize("killed_after", [0.0, 0.02, 0.05, 0.09, 0.15])
def test_a_worker_that_is_killed_anywhere_makes_no_second_transfer(
    stripe, alice, account, earn, killed_after
):
    earn(30)
    payout = plan(alice)
    stripe.server.delay = 0.04
    child = os.fork()
    if not child:
        for one in connections.all():
            one.connection = None  # the parent's
        gateway._gateway.cache_clear()
        try:
            send_payout(key=payout.pk)
        finally:
            os._exit(0)
    time.sleep(killed_after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    time.sleep(0.06)  # what was on the wire arrives
    stripe.server.delay = 0
    _due_again(payout)
    send_payout(key=payout.pk)
    assert len(stripe.objects("transfer")) == 1
    assert _payout().state == "paid"
    assert _owed(alice) == (0, 0, -30 * UNIT)


def test_the_webhook_alone_ends_a_payout_whose_answer_was_lost(stripe, alice, account, earn):
    earn(30)
    stripe.fail(status=500, times=3, after=True)
    send_payout(key=plan(alice).pk)
    stripe.deliver(twice=True)
    assert _payout().state == "paid"
    assert _owed(alice) == (0, 0, -30 * UNIT)


def test_another_sum_or_account_than_was_planned_is_refused(stripe, alice, account, earn):
    earn(30)
    payout = plan(alice)
    given = {"amount": 1, "currency": "eur", "destination": account.account_id}
    other = gateway.stripe_api().create(
        "transfers", given | {"metadata": {"payout": payout.public_id}}, key="another"
    )
    stripe.deliver()
    assert StripeEvent.objects.get(object_id=other["id"]).state == "refused"
    assert _payout().transfer_id != other["id"]


def test_a_refusal_gives_the_money_back_and_is_tried_again_by_itself(stripe, alice, account, earn, run_jobs):
    earn(30)
    stripe.restrict(account.account_id)  # and its news have not come yet
    failed = plan(alice)
    run_jobs()
    payout = _payout()
    assert (payout.state, payout.problem_code) == ("failed", "insufficient_capabilities_for_transfer")
    assert _owed(alice) == (-30 * UNIT, 0, 0)
    assert not _account(alice).ready, "what Stripe says of the account was fetched"
    assert plan(alice) is None
    stripe.onboard(account.account_id)
    stripe.deliver()
    assert plan(alice) is None, "not at once"
    _change(failed, ended_at=timezone.now() - timedelta(days=2))
    again = plan(alice)
    run_jobs()
    assert [(one.state, one.retry_of_id) for one in _payouts()] == [("retried", None), ("paid", failed.pk)]
    assert again.pk != failed.pk
    assert _owed(alice) == (0, 0, -30 * UNIT)


def test_our_own_lack_of_money_waits_and_goes_on_under_a_new_key(stripe, alice, account, earn):
    earn(30)
    stripe.state.moved("payout", -1_000_000, "po_1")
    payout = plan(alice)
    assert not send_payout(key=payout.pk)
    waiting = _payout()
    assert (waiting.state, waiting.key_number, waiting.problem != "") == ("scheduled", 1, True)
    stripe.fund(1_000_000)
    _due_again(payout)
    assert send_payout(key=payout.pk)
    assert len(stripe.objects("transfer")) == 1


def test_an_account_that_is_changed_in_between_gets_nothing(stripe, alice, account, earn, run_jobs):
    earn(30)
    plan(alice)
    connect_payout_account(actor=alice, country="FR", **URLS)
    run_jobs()
    payout = _payout()
    assert (payout.state, payout.problem_code) == ("failed", "account_changed")
    assert stripe.objects("transfer") == []
    changed = _account(alice)
    assert changed.paused_until > timezone.now() + timedelta(hours=71)
    stripe.onboard(changed.account_id)
    stripe.deliver()
    assert plan(alice) is None, "a new account waits"
    _change(changed, paused_until=timezone.now())
    assert plan(alice) is not None


def test_an_account_that_is_changed_after_a_lost_answer_is_not_paid_twice(stripe, alice, account, earn):
    earn(30)
    payout = plan(alice)
    stripe.fail(status=500, times=3, after=True)
    send_payout(key=payout.pk)
    connect_payout_account(actor=alice, country="FR", **URLS)
    _due_again(payout)
    send_payout(key=payout.pk)
    assert _payout().state == "paid"
    assert len(stripe.objects("transfer")) == 1


def test_what_is_taken_back_after_a_payout_is_carried_as_a_debt(stripe, alice, account, earn, run_jobs):
    first, _second = earn(15, count=2)
    plan(alice)
    run_jobs()
    with across_organisations(reason="test", durable=True):
        refund_sale(sale_public_id=first, event_id="r1")
    assert payable(alice.organisation.pk).available == -15 * UNIT
    _change(_payout(), month=DAY.date().replace(day=1, month=1))
    assert plan(alice) is None
    earn(40)
    payout = plan(alice)
    assert payout.amount == 25 * UNIT
    assert payout.figures == {"before": 0, "moved": {"refund": -15 * UNIT, "sale": 40 * UNIT}, "left": 0}


def test_a_transfer_that_is_taken_back_is_owed_again_once(stripe, alice, account, earn, run_jobs):
    earn(30)
    plan(alice)
    run_jobs()
    transfer = _payout().transfer_id
    gateway.stripe_api().reverse_transfer(transfer, key="r1", amount=10 * UNIT)
    stripe.deliver(twice=True)
    assert (_payout().state, _payout().reversed) == ("paid", 10 * UNIT)
    gateway.stripe_api().reverse_transfer(transfer, key="r2", amount=20 * UNIT)
    stripe.deliver(twice=True, shuffle=2)
    assert (_payout().state, _payout().reversed) == ("reversed", 30 * UNIT)
    assert _owed(alice) == (-30 * UNIT, 0, 0)
    assert plan(alice) is None, "not again in the same month"
    assert _differences() == []


def test_a_payout_that_the_books_know_otherwise_is_found(alice, account, earn):
    earn(30)
    payout = plan(alice)
    assert _differences() == []
    _change(payout, state="paid")
    assert [(one.check, one.found) for one in _differences()] == [("payout_posted_otherwise", -30 * UNIT)]


def test_two_people_who_set_an_account_up_at_once_make_one(stripe, alice):
    ready, errors = threading.Barrier(3), []

    def connect():
        try:
            ready.wait()
            connect_payout_account(actor=alice, country="DE", **URLS)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=connect) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert len(stripe.objects("account")) == 1


def test_finance_takes_a_payout_back_and_further_ones_are_held(stripe, alice, account, earn, run_jobs):
    earn(30)
    plan(alice)
    run_jobs()
    person = make_user("finance@example.org", staff=True)
    User.objects.filter(pk=person.pk).update(staff_role=User.StaffRole.FINANCE)
    staff = Staff(User.objects.get(pk=person.pk))
    back = reverse_payout(staff=staff, payout_id=_payout().pk, reason="Sent to the wrong person")
    stripe.deliver(twice=True)
    assert (back.state, _payout().reversed) == ("reversed", 30 * UNIT)
    assert _owed(alice) == (-30 * UNIT, 0, 0)
    assert _account(alice).held_since is not None
    assert _differences() == []
    with pytest.raises(NotSo):
        reverse_payout(staff=staff, payout_id=back.pk, reason="Once more")


def test_a_crash_before_the_job_is_swept_up(alice, account, earn, run_jobs, redis_client):
    earn(30)
    plan(alice)
    redis_client.flushdb()
    assert sweep_payouts() == 1
    run_jobs()
    assert _payout().state == "paid"


def test_accounts_are_made_once_and_say_what_is_missing(stripe, alice, run_jobs):
    url = connect_payout_account(actor=alice, country="DE", **URLS)
    assert url.startswith(stripe.url)
    connect_payout_account(actor=alice, country="", **URLS)
    assert len(stripe.objects("account")) == 1
    account = _account(alice)
    refresh_payout_account(key=account.pk)
    found = _account(alice)
    assert not found.ready
    assert in_words(found.requirements) == [
        "A bank account that you are paid to",
        "A picture of an identity document",
        "Your agreement to Stripe's terms",
    ]
    stripe.onboard(account.account_id)
    stripe.deliver(twice=True)
    assert _account(alice).ready
    assert stripe_pages(actor=alice).startswith(stripe.url)


def test_a_bank_account_changed_at_stripe_pauses_and_is_told(stripe, alice, account, run_jobs, mailoutbox):
    mailoutbox.clear()
    bank = {"id": "ba_1", "object": "bank_account"}
    stripe.state.emit("account.external_account.updated", bank, account=account.account_id)
    stripe.deliver(twice=True)
    run_jobs()
    assert _account(alice).paused_until > timezone.now() + timedelta(hours=71)
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]


@pytest.mark.parametrize("behind", [0, 30])
def test_what_the_creators_bank_says_is_kept(stripe, alice, account, earn, run_jobs, behind):
    stripe.state.ahead = -behind  # its clock and ours differ
    earn(30)
    plan(alice)
    run_jobs()
    stripe.payout(account.account_id, paid=False)
    stripe.deliver()
    assert "closed" in _account(alice).problem
    stripe.payout(account.account_id)
    stripe.deliver()
    assert _account(alice).problem == ""
    assert _payout().arrived_at is not None


def test_a_disconnected_account_is_paid_nothing(stripe, alice, account):
    stripe.state.emit(
        "account.application.deauthorized",
        {"id": "ca_1", "object": "application"},
        account=account.account_id,
    )
    stripe.deliver()
    assert not _account(alice).ready


def test_only_those_who_look_after_money_may(stripe, alice, bob, charlie, account, settings):
    with pytest.raises(PermissionDenied):
        connect_payout_account(actor=bob, country="DE", **URLS)
    with pytest.raises(PermissionDenied):
        stripe_pages(actor=bob)
    with pytest.raises(NoStripeAccount):
        stripe_pages(actor=charlie)
    with pytest.raises(InvalidInput):
        connect_payout_account(actor=charlie, country="ZZ", **URLS)
    with tenant_scope(charlie.organisation):
        assert not PayoutAccount.objects.across_organisations(reason="test").exists()
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(PaymentsOff):
        connect_payout_account(actor=charlie, country="DE", **URLS)
