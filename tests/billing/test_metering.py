"""Metering: records join their sums once, bulk or one by one; the ledger holds what sums hold; checks find what is wrong."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from billing.actions.check_metering import check_metering, check_recent
from billing.actions.meter_storage import meter_storage
from billing.actions.post_usage import post_usage
from billing.actions.repair_usage import repair_usage
from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.settle import UsageInput, settle
from billing.ledger import Kind, balance_of
from billing.metering.metrics import families
from billing.metering.record import record_usages
from billing.models import (
    LedgerTransaction,
    MeteringCheck,
    UsageDaily,
    UsageHourly,
    UsagePending,
    UsageRecord,
)
from billing.prices import cost_of
from billing.queries import allowance_status, usage_total
from kernel.registries import Kept, storage_rooms
from kernel.tenancy import across_organisations, tenant_scope
from providers.catalogue import PriceSnapshot
from tests.billing.test_allowance import PRICE, usage

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = datetime.now(UTC).date
NOON = datetime(2026, 3, 5, 12, 30, tzinfo=UTC)


def event(number, **values):
    given = {
        "ordinal": 0,
        "product": f"asst_{number % 3}",
        "product_name": "Reply Desk",
        "model": "openai/small",
        "provider": "openai",
        "input_tokens": 1_000,
        "output_tokens": 500,
        "price": PRICE,
        "reference": f"event_{number}",
        "at": NOON + timedelta(minutes=number),
    }
    return UsageInput(**(given | values))


def answer(actor, reference, *usages, **more):
    with tenant_scope(actor.organisation):
        return settle(
            organisation=actor.organisation, reference=reference, usages=usages or [usage()], **more
        )


def sums(model=UsageDaily):
    with across_organisations(reason="test"):
        rows = model.objects.across_organisations(reason="test")
        return sorted((row.calls, row.answers, row.cost) for row in rows if row.calls)


def pending():
    return UsagePending.objects.count()


def balances(*wanted):
    with across_organisations(reason="test"):
        return tuple(balance_of(kind, owner) for kind, owner in wanted)


def differences(since=None):
    return check_metering(since=since).differences


def as_owner(statement, *values):
    """What nobody of ours can do."""
    import psycopg

    from tests.harness.database import admin_url

    with psycopg.connect(admin_url(database=connection.settings_dict["NAME"])) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(statement, values)


def test_a_record_waits_and_joins_its_sums_once(alice):
    answer(alice, "turn_1")
    answer(alice, "turn_1")
    assert pending() == 1
    assert (roll_up_usage(), roll_up_usage(), pending()) == (1, 0, 0)
    assert sums() == sums(UsageHourly) == [(1, 1, 5_000)]


def test_what_has_just_happened_is_in_the_report_before_it_is_summed_up(alice):
    def total():
        with tenant_scope(alice.organisation):
            return usage_total(alice.organisation, TODAY(), TODAY())

    answer(alice, "turn_1")
    before = total()
    roll_up_usage()
    assert before == total()
    assert (before.answers, before.cost) == (1, 5_000)


def test_an_answer_is_counted_once_however_many_calls_it_took_and_a_failed_one_not_at_all(alice):
    answer(alice, "turn_1", usage(), usage(1), usage(2, kind="verification"))
    answer(alice, "turn_2", usage(), answered=False)
    roll_up_usage()
    with tenant_scope(alice.organisation):
        total = usage_total(alice.organisation, TODAY(), TODAY())
    assert (total.answers, total.calls) == (1, 4)


def test_small_batches_and_many_at_once_sum_up_the_same(alice):
    for number in range(12):
        answer(alice, f"turn_{number}")

    def roll(_number):
        try:
            return roll_up_usage(batch=2)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(roll, range(3))) == 12
    assert sums() == [(12, 12, 60_000)]
    assert differences() == []


def test_cached_input_has_its_own_price(alice):
    price = PriceSnapshot("EUR", 2_000_000, 6_000_000, 200_000, 7)
    assert cost_of(price, input_tokens=1_000, output_tokens=0, cached_tokens=600) == 800 + 120
    assert cost_of(PRICE, input_tokens=1_000, output_tokens=0, cached_tokens=600) == 2_000
    answer(alice, "turn_1", usage(price=price, cached_tokens=600, reasoning_tokens=9_999))
    with tenant_scope(alice.organisation):
        record = UsageRecord.objects.for_organisation(alice.organisation).get()
    assert (record.price_id, record.cached_price, record.cached_tokens) == (7, 200_000, 600)
    assert record.reasoning_tokens == record.output_tokens
    assert record.cost == cost_of(
        price, input_tokens=record.input_tokens, output_tokens=record.output_tokens, cached_tokens=600
    )


def test_bulk_writing_sums_up_at_once_and_the_same_again_changes_nothing(alice):
    events = [event(number) for number in range(9)]
    first = record_usages(alice.organisation, [*events, events[0]], batch=4)
    again = record_usages(alice.organisation, events)
    assert (first.records, again.records, pending()) == (9, 0, 0)
    assert sums() == [(3, 0, 15_000)] * 3
    assert differences() == []


def test_bulk_writing_keeps_every_value_whatever_stands_beside_it(alice):
    given = [
        event(0, price=None, user_id=None, quantity=0, product_name='{"a",\\b}'),
        event(1, user_id=7, quantity=5_000_000_000, unit="page", product_name="书架 NULL"),
        event(2, price=None, user_id=2**40, quantity=1, product_name=""),
    ]
    record_usages(alice.organisation, given, batch=2)
    with across_organisations(reason="test"):
        rows = UsageRecord.objects.across_organisations(reason="test").order_by("reference")
        kept = [(r.user_id, r.quantity, r.product_name, r.price_id, r.created_at) for r in rows]
    assert kept == [
        (one.user_id, one.quantity, one.product_name, one.price.id if one.price else None, one.at)
        for one in given
    ]


def test_late_events_join_their_own_hour_and_day(alice):
    record_usages(alice.organisation, [event(0), event(120), event(24 * 60, reference="next")])
    with across_organisations(reason="test"):
        days = list(
            UsageDaily.objects.across_organisations(reason="test").order_by("day").values_list("day", "calls")
        )
        hours = [
            row.hour.hour for row in UsageHourly.objects.across_organisations(reason="test").order_by("hour")
        ]
    assert days == [(NOON.date(), 2), (NOON.date() + timedelta(days=1), 1)]
    assert hours == [12, 14, 12]


def test_bulk_writing_charges_the_allowance_only_where_it_shall(alice):
    record_usages(alice.organisation, [event(0)], paid_by="allowance")
    record_usages(alice.organisation, [event(0), event(1, provider="org:own")], paid_by="allowance")
    record_usages(alice.organisation, [event(2)])
    with tenant_scope(alice.organisation):
        assert allowance_status(alice.organisation).spent == 5_000
    with pytest.raises(ValueError, match="single answers"):
        record_usages(alice.organisation, [event(3)], paid_by="wallet")
    with pytest.raises(ValueError, match="reference"):
        record_usages(alice.organisation, [event(3, reference="")])


def test_the_ledger_holds_what_sums_hold_by_who_pays(alice, charlie):
    answer(alice, "turn_1")
    answer(charlie, "turn_2", usage(provider="org:mine", model="org:mine/x"))
    record_usages(charlie.organisation, [event(1)])
    roll_up_usage()
    assert (post_usage(), post_usage()) == (2, 0)
    assert balances(
        (Kind.ALLOWANCES, alice.organisation.pk),
        (Kind.ALLOWANCES, charlie.organisation.pk),
        (Kind.PROVIDER_COST, None),
        (Kind.PROVIDER_PAYABLE, None),
    ) == (5_000, 0, 5_000, -10_000)
    days = {
        done.details["day"]: done.occurred_at.date()
        for done in LedgerTransaction.objects.filter(kind="usage")
    }
    assert days == {str(TODAY()): TODAY(), "2026-03-05": NOON.date()}
    assert differences() == []


def write_until_killed(actor):
    """A process of its own that writes batches of 25 for ever; returns its key once some are written."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            connection.settings_dict["OPTIONS"].pop("pool", None)
            connection.connection = None  # the parent's; a child has its own
            for start in range(0, 100_000, 25):
                record_usages(actor.organisation, [event(number) for number in range(start, start + 25)])
                os.write(tell, b".")
        finally:
            os._exit(1)
    os.close(tell)
    assert os.read(told, 1)
    assert os.read(told, 1)
    os.close(told)
    return child


def test_a_writer_that_is_killed_leaves_nothing_half_and_the_same_again_completes_it(alice):
    child = write_until_killed(alice)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with across_organisations(reason="test"):
        there = UsageRecord.objects.across_organisations(reason="test").count()
    assert there >= 50
    assert there % 25 == 0
    assert differences() == []
    record_usages(alice.organisation, [event(number) for number in range(there + 10)])
    assert sum(calls for calls, _answers, _cost in sums()) == there + 10
    assert differences() == []


def test_a_wrong_sum_is_found_told_and_made_right_and_the_ledger_corrected(alice):
    answer(alice, "turn_1")
    roll_up_usage()
    post_usage()
    as_owner("UPDATE billing_usagedaily SET cost = cost + 7, posted = posted")
    post_usage()
    assert balances((Kind.ALLOWANCES, alice.organisation.pk)) == (5_007,)
    check = check_recent()
    assert (check.state, check.found) == (MeteringCheck.State.DIFFERS, 1)
    assert check.differences[0]["more"] == {"cost": -7}
    assert {gauge.name: list(gauge.samples.values()) for gauge in families()}[
        "bottega_metering_differences"
    ] == [1]
    assert repair_usage(since=None) == 1
    post_usage()
    assert balances((Kind.ALLOWANCES, alice.organisation.pk)) == (5_000,)
    assert differences() == []


def test_a_sum_without_records_is_emptied(alice):
    answer(alice, "turn_1")
    roll_up_usage()
    as_owner("UPDATE billing_usagedaily SET product = 'asst_wrong'")
    assert len(differences()) == 2
    assert repair_usage(since=None) == 2
    assert differences() == []


def test_records_that_wait_are_no_difference(alice):
    answer(alice, "turn_1")
    assert differences() == []
    roll_up_usage()
    answer(alice, "turn_2")
    assert repair_usage(since=None) == 0
    assert differences() == []


def test_a_record_that_was_lost_on_its_way_is_found(alice):
    answer(alice, "turn_1")
    UsagePending.objects.all().delete()
    assert [one["where"] for one in differences()] == ["days", "hours"]


def test_a_wallet_that_holds_other_than_its_account_is_found(charlie):
    from tests.billing.test_sales import credit

    credit(charlie.organisation, 100)
    assert differences() == []
    as_owner("UPDATE billing_wallet SET balance = balance - 1")
    assert differences() == [
        {"where": "wallets", "organisation_id": charlie.organisation.pk, "more": {"amount": -1}}
    ]


def test_the_command_says_what_differs_and_repairs(alice, capsys):
    answer(alice, "turn_1")
    roll_up_usage()
    call_command("check_metering")
    assert "All agrees" in capsys.readouterr().out
    as_owner("UPDATE billing_usagehourly SET calls = calls + 1")
    with pytest.raises(CommandError, match="1 differences"):
        call_command("check_metering", all=True)
    call_command("check_metering", all=True, repair=True)
    assert "1 sums were made right" in capsys.readouterr().out


def test_storage_is_metered_once_a_day_by_begun_megabytes(alice, settings, monkeypatch):
    settings.STORAGE_PRICE_MICRO = 30_000

    def room():
        return [Kept(alice.organisation.pk, 1_500_000)]

    monkeypatch.setattr(storage_rooms, "_items", [room])
    assert (meter_storage(), meter_storage()) == (1, 0)
    with tenant_scope(alice.organisation):
        record = UsageRecord.objects.for_organisation(alice.organisation).get()
        total = usage_total(alice.organisation, TODAY(), TODAY())
    assert (record.kind, record.quantity, record.unit, record.paid_by) == ("storage", 2, "MB day", "platform")
    assert (record.cost, total.calls) == (2, 0)
