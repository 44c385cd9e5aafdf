"""Stripe's news: let in when they are signed, kept once, and acted on by what the object is now."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import orjson
import pytest
from django.db import connection, connections
from django.test import RequestFactory
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, balance_of, post, wallet_free
from billing.models import StripeEvent
from billing.payments import acting
from billing.payments.acting import act_on, sweep
from billing.payments.amounts import to_micro
from billing.payments.gateway import stripe_api
from billing.payments.webhooks import NewsRefused, account_handlers, handlers
from billing.views.stripe import stripe_webhook
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_payments_gateway import checkout
from tests.fakes.stripe_server import WEBHOOK_SECRET, signature
from tests.harness.database import gather_statistics

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "checkout.session.completed"
State = StripeEvent.State


@pytest.fixture
def heard(monkeypatch):
    """What reached a handler: pairs of the object and the news."""
    got = []
    monkeypatch.setitem(handlers, KIND, lambda found, news: got.append((found, news)))
    return got


def event_of(stripe, **changes):
    return stripe.state.emit(KIND, stripe.get(checkout()["id"])) | changes


def rows():
    return [(row.type, row.state, row.deliveries) for row in StripeEvent.objects.order_by("id")]


def only():
    return StripeEvent.objects.get()


def wait_over():
    StripeEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1), held_until=None)


def test_a_handler_is_given_the_object_as_it_is_now(stripe, heard):
    session = checkout()
    stripe.state.emit(KIND, stripe.get(session["id"]))
    stripe.get(session["id"])["metadata"] = {"later": "yes"}
    stripe.deliver()
    [(found, news)] = heard
    assert (found["id"], found["metadata"]) == (session["id"], {"later": "yes"})
    assert (news.type, news.object_id, news.account) == (KIND, session["id"], "")
    assert rows() == [(KIND, "done", 1)]


def test_what_nobody_acts_on_is_kept_and_left(stripe, monkeypatch):
    for kind in list(handlers):
        monkeypatch.delitem(handlers, kind)
    stripe.pay(checkout()["id"])
    asked = len(stripe.journal)
    stripe.deliver()
    assert {state for _, state, _ in rows()} == {"ignored"}
    assert len(stripe.journal) == asked


# --- 64: bad, old and future --------------------------------------------------------------------------------------


def posted(stripe, body, header):
    return stripe.post(body, {"Stripe-Signature": header})


@pytest.mark.parametrize("late", [301, 100_000, -301, -100_000])
def test_old_and_future_timestamps_are_refused(stripe, heard, late):
    assert stripe.send(stripe.post, event_of(stripe), late=late) == 400
    assert rows() == []


@pytest.mark.parametrize("late", [0, 290, -290])
def test_a_clock_may_be_off_by_minutes(stripe, heard, late):
    assert stripe.send(stripe.post, event_of(stripe), late=late) == 200


@pytest.mark.parametrize(
    "bent",
    [
        lambda body: "",
        lambda body: "t=,v1=",
        lambda body: "v1=" + signature(body).partition("v1=")[2],
        lambda body: signature(body, "whsec_" + "another0secret0of0theirs"),
        lambda body: signature(body, ""),
        lambda body: signature(body + b" "),
        lambda body: signature(body).replace("v1=", "v0="),
        lambda body: signature(body)[:-1],
        lambda body: signature(body) + f",t={int(time.time()) + 5}",
        lambda body: signature(body).replace("t=", "t=-"),
        lambda body: f"t=nan,{signature(body).partition(',')[2]}",
        lambda body: "t=9" + "9" * 300 + ",v1=é",
        lambda body: f"t={int(time.time())},v1=é",
    ],
)
def test_what_stripe_did_not_sign_is_refused(stripe, heard, bent):
    body = orjson.dumps(stripe.state.expanded(event_of(stripe), []))
    assert posted(stripe, body, bent(body)) == 400
    assert rows() == []


def test_a_second_secret_counts_while_one_is_replaced(stripe, heard, settings):
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_the0new0one0of0ours00,{WEBHOOK_SECRET}"
    assert stripe.send(stripe.post, event_of(stripe)) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"id": 1}',
        b"\xff\xfe",
        b'{"id":"evt_1","type":"a","created":"soon","livemode":false,"data":{"object":{"object":"charge"}}}',
        b'{"id":"evt_\\u0000","type":"a","created":1,"livemode":false,"data":{"object":{"object":"charge"}}}',
        b'{"id":"evt_1","type":"a","created":9e99,"livemode":false,"data":{"object":{"object":"charge"}}}',
    ],
)
def test_what_is_signed_and_no_event_is_said_as_such(stripe, body):
    assert posted(stripe, body, signature(body)) == 400
    assert rows() == []


def test_a_large_body_is_not_looked_at(stripe):
    body = b" " * (1024 * 1024 + 1)
    assert posted(stripe, body, signature(body)) == 413


def test_noise_is_limited_and_does_not_shut_stripe_out(stripe, heard):
    answers = [posted(stripe, b"{}", "t=1,v1=no") for _ in range(32)]
    assert (answers[0], answers[-1]) == (400, 429)
    assert stripe.send(stripe.post, event_of(stripe)) == 200


def test_the_route_needs_no_session_and_starts_none(stripe, heard, client):
    body = orjson.dumps(stripe.state.expanded(event_of(stripe), []))
    answer = client.post(
        "/webhooks/stripe",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature(body)},
    )
    assert answer.status_code == 200
    assert not answer.cookies
    assert client.get("/webhooks/stripe").status_code == 405


def test_without_a_key_there_is_no_such_address(stripe, settings):
    settings.STRIPE_SECRET_KEY = ""
    assert posted(stripe, b"{}", signature(b"{}")) == 404


# --- 65: the same event at once -------------------------------------------------------------------------------------


def test_the_same_event_fifty_times_at_once_has_one_effect(stripe, heard, run_jobs):
    event = event_of(stripe)

    def send(_):
        try:
            return stripe.send(stripe.post, event)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(send, range(50))) == {200}
    run_jobs()
    assert len(heard) == 1
    assert rows() == [(KIND, "done", 50)]


def test_two_workers_on_one_event_act_once(stripe, heard):
    stripe.send(stripe.post, event_of(stripe))
    key = only().pk

    def act(_):
        try:
            return act_on(key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(act, range(16))) == 1
    assert len(heard) == 1


# --- 66: out of order -----------------------------------------------------------------------------------------------


def test_of_two_events_about_an_object_one_waits_for_the_other(stripe, monkeypatch, run_jobs):
    session = checkout()
    first, second = (
        stripe.state.emit(kind, stripe.get(session["id"])) for kind in (KIND, "checkout.session.expired")
    )
    order = []

    def slow(found, news):
        assert not act_on(StripeEvent.objects.get(event_id=second["id"]).pk)
        order.append(news.type)

    monkeypatch.setitem(handlers, KIND, slow)
    monkeypatch.setitem(handlers, "checkout.session.expired", lambda found, news: order.append(news.type))
    for event in (first, second):
        stripe.send(stripe.post, event)
    run_jobs()
    assert order == [KIND, "checkout.session.expired"]
    assert {row.attempts for row in StripeEvent.objects.all()} == {1}


def test_an_old_event_that_comes_late_does_not_bring_an_old_state_back(stripe, heard, run_jobs):
    session = checkout()
    before = stripe.state.emit(KIND, stripe.get(session["id"]))
    stripe.pay(session["id"])
    stripe.deliver()
    stripe.send(stripe.post, before)
    run_jobs()
    assert {found["payment_status"] for found, _ in heard} == {"paid"}


# --- 67: another mode, account or currency ---------------------------------------------------------------------------


def test_live_events_do_not_count_with_a_test_key(stripe, heard, run_jobs):
    stripe.send(stripe.post, event_of(stripe, livemode=True))
    assert run_jobs() == []
    assert heard == []
    assert (only().state, only().problem) == ("refused", "It is of live mode, and our key is not.")


def test_a_connected_account_cannot_make_a_payment_of_ours(stripe, heard, run_jobs):
    account = stripe_api().create_account(key="a", country="DE", email="", metadata={})["id"]
    stripe.send(stripe.post, event_of(stripe, account=account))
    run_jobs()
    assert heard == []
    assert only().state == "ignored"


def test_an_account_that_is_not_connected_is_refused(stripe, run_jobs, monkeypatch):
    monkeypatch.setitem(account_handlers, "payout.paid", lambda found, news: pytest.fail("acted"))
    payout = stripe.state.new("payout", account="acct_other", amount=1, currency="eur")
    stripe.send(stripe.post, stripe.state.emit("payout.paid", payout, account="acct_other"))
    run_jobs()
    assert only().state == "refused"
    assert "acct_other" in only().problem


def test_an_account_of_ours_is_heard(stripe, run_jobs, monkeypatch):
    got = []
    monkeypatch.setitem(account_handlers, "account.updated", lambda found, news: got.append((found, news)))
    account = stripe_api().create_account(key="a", country="DE", email="", metadata={})["id"]
    stripe.onboard(account)
    stripe.deliver()
    [(found, news)] = got
    assert (found["id"], found["payouts_enabled"], news.account) == (account, True, account)


def test_an_object_of_somebody_elses_is_refused(stripe, heard, run_jobs):
    event = event_of(stripe)
    event["data"] = {"object": {"id": "cs_of_another", "object": "checkout.session"}}
    stripe.send(stripe.post, event)
    run_jobs()
    assert heard == []
    assert only().state == "refused"


def test_another_currency_is_refused(stripe, heard, run_jobs):
    event = event_of(stripe)
    stripe.get(event["data"]["object"]["id"])["currency"] = "usd"
    stripe.send(stripe.post, event)
    run_jobs()
    assert heard == []
    assert (only().state, only().problem) == ("refused", "USD is not the currency of this installation.")


# --- Faults -----------------------------------------------------------------------------------------------------------


def test_what_fails_is_tried_again_later_and_then_left_to_people(stripe, run_jobs, monkeypatch):
    def broken(found, news):
        raise ValueError("no such row yet")

    monkeypatch.setitem(handlers, KIND, broken)
    monkeypatch.setattr(acting, "MOST_ATTEMPTS", 3)
    stripe.send(stripe.post, event_of(stripe))
    run_jobs()
    waits = []
    for _ in range(2):
        waits.append((only().due_at - timezone.now()).total_seconds())
        assert sweep() == 0
        wait_over()
        assert sweep() == 1
        run_jobs()
    assert waits == pytest.approx([15, 30], abs=5)
    assert (only().state, only().attempts) == ("dead", 3)
    assert only().problem == "ValueError: no such row yet"
    assert sweep() == 0


def test_it_goes_on_where_stripe_was_down(stripe, heard, run_jobs):
    event = event_of(stripe)
    stripe.fail(status=500, times=9)
    stripe.send(stripe.post, event)
    run_jobs()
    assert (only().state, heard) == ("waiting", [])
    stripe.server.faults.clear()
    wait_over()
    sweep()
    run_jobs()
    assert (only().state, len(heard)) == ("done", 1)


def test_a_worker_that_died_is_followed_by_another(stripe, heard, run_jobs):
    stripe.send(stripe.post, event_of(stripe))
    StripeEvent.objects.update(held_until=timezone.now() + timedelta(minutes=5), attempts=1)
    assert run_jobs() == ["billing.act_on_stripe_event"]
    assert (sweep(), heard) == (0, [])
    wait_over()
    sweep()
    run_jobs()
    assert only().state == "done"


def test_a_handler_that_refuses_leaves_its_reason(stripe, run_jobs, monkeypatch):
    def refuse(found, news):
        raise NewsRefused(reason="Another amount than was asked for.")

    monkeypatch.setitem(handlers, KIND, refuse)
    stripe.send(stripe.post, event_of(stripe))
    run_jobs()
    assert (only().state, only().problem) == ("refused", "Another amount than was asked for.")


# --- Many ---------------------------------------------------------------------------------------------------------------


def top_up(owner):
    """A handler that puts what was paid into a wallet."""

    def put(found, news):
        if found["payment_status"] != "paid":
            return
        amount = to_micro(found["amount_total"])
        with across_organisations(reason="test", durable=True):
            event = Event("top_up", "stripe", found["id"], news.occurred_at)
            post(event, [Posting(Kind.CASH, amount), Posting(Kind.WALLET, -amount, owner)])

    return put


def many(stripe, monkeypatch, organisation, count):
    """`count` events doubled and shuffled, sent 20 at a time and acted on by 4 workers, in a random order."""
    for kind in (KIND, "checkout.session.async_payment_succeeded"):
        monkeypatch.setitem(handlers, kind, top_up(organisation.pk))
    state = stripe.state
    for number in range(count // 2):
        session = state.new(
            "checkout.session",
            payment_status="paid",
            amount_total=100 + number,
            currency="eur",
            status="complete",
        )
        state.emit(KIND, session)
        state.emit("checkout.session.async_payment_succeeded", session)

    requests = RequestFactory()

    def send(body, headers):
        # Past the middleware, which other tests go through: a thousand times would be seconds.
        request = requests.post("/webhooks/stripe", body, content_type="application/json", headers=headers)
        return stripe_webhook(request).status_code

    statuses = stripe.server.deliver(send, shuffle=7, twice=True, at_once=20)
    assert statuses == [200] * 2 * count
    keys = [*StripeEvent.objects.values_list("pk", flat=True)] * 2
    random.Random(7).shuffle(keys)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(act_on, keys))
    while StripeEvent.objects.filter(state="waiting").exists():
        for key in StripeEvent.objects.filter(state="waiting").values_list("pk", flat=True):
            act_on(key)
    assert {(state, deliveries) for _, state, deliveries in rows()} == {("done", 2)}
    wanted = sum(to_micro(100 + number) for number in range(count // 2))
    with tenant_scope(organisation):
        assert wallet_free(organisation.pk) == wanted
    with across_organisations(reason="test"):
        assert balance_of(Kind.CASH) == wanted


def test_two_hundred_webhooks_doubled_and_shuffled_have_one_effect_each(stripe, monkeypatch, alice):
    many(stripe, monkeypatch, alice.organisation, 200)


@pytest.mark.large
def test_ten_thousand_webhooks_doubled_and_shuffled_have_one_effect_each(stripe, monkeypatch, alice):
    many(stripe, monkeypatch, alice.organisation, 10_000)


def test_looking_for_what_is_due_costs_the_same_however_much_is_done(stripe):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_stripeevent (event_id, type, account, object_type, object_id, livemode, occurred_at, state,"
            " deliveries, attempts, problem) SELECT 'evt_' || n, 'a', '', 'charge', 'ch_' || n, false, now(), 'done', 1, 1, ''"
            " FROM generate_series(1, 5000) n"
        )
        gather_statistics(str(connection.settings_dict["NAME"]), "billing_stripeevent")
        cursor.execute(
            "EXPLAIN SELECT id FROM billing_stripeevent WHERE state = 'waiting' AND due_at <= now()"
        )
        # Either of the indexes that hold what waits alone, and nothing that is done.
        assert "Index Scan using stripe_event_" in "".join(line for (line,) in cursor.fetchall())
