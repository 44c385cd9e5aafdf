"""The month's allowance: reserved before a call, settled after it, never overdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from billing.actions.release_expired import release_expired
from billing.actions.reserve import AllowanceUsedUp, reserve
from billing.actions.settle import UsageInput, settle
from billing.models import AllowancePeriod, Reservation, UsageRecord
from billing.prices import cost_of, next_month, this_month
from billing.queries import allowance_status
from kernel.tenancy import tenant_scope
from providers.catalogue import PriceSnapshot
from tests.fixtures.people import api_client_for

PRICE = PriceSnapshot("EUR", 2_000_000, 6_000_000)
pytestmark = pytest.mark.django_db(transaction=True)


def usage(ordinal=0, *, price=PRICE, **changes):
    values = {
        "product": "asst_1",
        "product_name": "Reply Desk",
        "model": "openai/small",
        "provider": "openai",
    }
    values |= {"input_tokens": 1_000, "output_tokens": 500, "price": price} | changes
    return UsageInput(ordinal=ordinal, **values)


def standing(organisation):
    with tenant_scope(organisation):
        return allowance_status(organisation)


def set_limit(organisation, limit):
    with tenant_scope(organisation):
        AllowancePeriod.objects.create(organisation=organisation, month=this_month(), limit=limit)


def test_a_reservation_is_settled_at_the_price_of_what_was_used(alice):
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=10_000, user=alice.user)
        assert allowance_status(alice.organisation).reserved == 10_000
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage(user_id=alice.user.pk)])
        record = UsageRecord.objects.for_organisation(alice.organisation).get()
    assert (record.cost, record.input_price, record.currency) == (5_000, 2_000_000, "EUR")
    assert (standing(alice.organisation).spent, standing(alice.organisation).reserved) == (5_000, 0)


def test_settling_twice_counts_once(alice):
    for usages in ([usage()], [usage()], [usage(), usage(1)]):
        with tenant_scope(alice.organisation):
            settle(organisation=alice.organisation, reference="turn_1", usages=usages)
    assert standing(alice.organisation).spent == 10_000


def test_reserving_twice_holds_once(alice):
    for _time in range(2):
        with tenant_scope(alice.organisation):
            reserve(organisation=alice.organisation, reference="turn_1", amount=700)
    assert standing(alice.organisation).reserved == 700


def test_a_call_that_never_happened_gives_everything_back(alice):
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=700)
        settle(organisation=alice.organisation, reference="turn_1", usages=[])
    assert (standing(alice.organisation).spent, standing(alice.organisation).reserved) == (0, 0)


def test_a_used_up_allowance_refuses_paid_models_only_and_says_what_to_do(alice):
    set_limit(alice.organisation, 1_000)
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=1_000)
        with pytest.raises(AllowanceUsedUp) as refusal:
            reserve(organisation=alice.organisation, reference="turn_2", amount=1)
        reserve(organisation=alice.organisation, reference="turn_3", amount=0)
    assert refusal.value.status == 402
    assert "Harbour & Pine" in refusal.value.message and "without costs" in refusal.value.message


def test_what_was_really_used_is_charged_even_beyond_the_allowance(alice):
    set_limit(alice.organisation, 1_000)
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=1_000)
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    assert standing(alice.organisation).spent == 5_000
    assert standing(alice.organisation).used_up


def test_100_at_once_never_overdraw_the_last_credit(alice):
    set_limit(alice.organisation, 3_000)

    def take(number):
        try:
            with tenant_scope(alice.organisation, durable=True):
                reserve(organisation=alice.organisation, reference=f"turn_{number}", amount=1_000)
            return True
        except AllowanceUsedUp:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(take, range(100)))
    assert won.count(True) == 3
    assert standing(alice.organisation).reserved == 3_000


def test_a_reservation_held_too_long_is_released(alice):
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=1_000)
        reserve(organisation=alice.organisation, reference="turn_2", amount=50)
        held = Reservation.objects.for_organisation(alice.organisation).filter(reference="turn_1")
        held.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert release_expired() == 1
    assert standing(alice.organisation).reserved == 50


def test_settling_after_the_release_gives_back_nothing_twice(alice):
    with tenant_scope(alice.organisation):
        reserve(organisation=alice.organisation, reference="turn_1", amount=1_000)
        reserve(organisation=alice.organisation, reference="turn_2", amount=50)
        Reservation.objects.for_organisation(alice.organisation).filter(reference="turn_1").update(
            expires_at=timezone.now() - timedelta(seconds=1)
        )
    release_expired()
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    assert (standing(alice.organisation).spent, standing(alice.organisation).reserved) == (5_000, 50)


def test_reserving_and_settling_take_at_most_three_statements(alice, django_assert_max_num_queries):
    set_limit(alice.organisation, 1_000_000)
    with tenant_scope(alice.organisation), django_assert_max_num_queries(3):
        reserve(organisation=alice.organisation, reference="turn_1", amount=10_000)
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    with tenant_scope(alice.organisation), django_assert_max_num_queries(1):
        reserve(organisation=alice.organisation, reference="turn_2", amount=0)
        settle(
            organisation=alice.organisation,
            reference="turn_2",
            usages=[usage(price=None), usage(1, price=None)],
        )


def test_records_cannot_be_changed(alice):
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    with pytest.raises(Exception, match="append-only"), tenant_scope(alice.organisation):
        UsageRecord.objects.for_organisation(alice.organisation).update(cost=0)


def test_both_directions_are_summed_before_the_one_rounding():
    half = PriceSnapshot("EUR", 500_000, 500_000)
    assert cost_of(half, input_tokens=1, output_tokens=1) == 1
    assert cost_of(half, input_tokens=1, output_tokens=0) == 0
    assert cost_of(half, input_tokens=3, output_tokens=0) == 2
    assert cost_of(None, input_tokens=3, output_tokens=0) == 0


def test_december_is_followed_by_january():
    december = this_month().replace(month=12)
    assert next_month(december) == december.replace(year=december.year + 1, month=1)


def test_another_organisation_sees_and_spends_nothing_of_it(alice, charlie):
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    assert standing(charlie.organisation).spent == 0
    assert api_client_for(charlie).get("/api/v1/usage").json()["total"]["cost"] == 0


def test_the_operator_sets_an_allowance_and_the_next_months_keep_it(alice):
    call_command("set_allowance", alice.organisation.slug, "0.001")
    assert standing(alice.organisation).limit == 1_000
    with tenant_scope(alice.organisation):
        AllowancePeriod.objects.for_organisation(alice.organisation).update(
            month=this_month() - timedelta(days=1)
        )
    assert standing(alice.organisation).limit == 1_000
    with tenant_scope(alice.organisation), pytest.raises(AllowanceUsedUp):
        reserve(organisation=alice.organisation, reference="turn_1", amount=1_001)
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_2", usages=[usage()])
    assert standing(alice.organisation).limit == 1_000


@pytest.mark.parametrize("amount", ["-1", "NaN", "much", "Infinity"])
def test_an_allowance_is_an_amount(alice, amount):
    with pytest.raises(CommandError):
        call_command("set_allowance", alice.organisation.slug, "--", amount)
