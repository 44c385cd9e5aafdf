"""The monthly budget of an API key: kept before a call, settled after it, never overdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from billing.actions.release_expired import release_expired
from billing.actions.reserve import reserve
from billing.actions.settle import settle
from billing.budgets.holding import BudgetUsedUp
from billing.models import BudgetHold, BudgetMonth, Reservation
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.rotate_api_key import rotate_api_key
from tests.billing.test_allowance import standing, usage

pytestmark = pytest.mark.django_db(transaction=True)


def key_of(actor, budget=3_000):
    made = create_api_key(actor=actor, name="Nightly", scopes=actor.permissions, monthly_budget_micro=budget)
    return made.key


def hold(actor, key, reference, amount=1_000):
    with tenant_scope(actor.organisation, durable=True):
        reserve(organisation=actor.organisation, reference=reference, amount=amount, api_key_id=key.pk)


def month_of(actor):
    with tenant_scope(actor.organisation):
        row = BudgetMonth.objects.for_organisation(actor.organisation).first()
    return (row.reserved, row.spent) if row else None


def test_100_at_once_never_overdraw_it(alice):
    key = key_of(alice)

    def take(number):
        try:
            hold(alice, key, f"turn_{number}")
            return True
        except BudgetUsedUp:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(take, range(100)))
    assert won.count(True) == 3
    assert month_of(alice) == (3_000, 0)
    # Those that were refused keep nothing of the organisation's allowance either.
    assert standing(alice.organisation).reserved == 3_000


def test_it_is_settled_at_what_was_used(alice):
    key = key_of(alice, 20_000)
    hold(alice, key, "turn_1", 10_000)
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage(api_key_id=key.pk)])
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage(api_key_id=key.pk)])
    assert month_of(alice) == (0, 5_000)


def test_the_same_reference_again_keeps_nothing_more(alice):
    key = key_of(alice)
    hold(alice, key, "turn_1")
    hold(alice, key, "turn_1")
    assert month_of(alice) == (1_000, 0)


def test_a_call_that_failed_gives_it_back(alice):
    key = key_of(alice)
    hold(alice, key, "turn_1")
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[])
    assert month_of(alice) == (0, 0)


def test_what_is_held_too_long_is_released(alice):
    key = key_of(alice)
    hold(alice, key, "turn_1")
    hold(alice, key, "turn_2", 50)
    with tenant_scope(alice.organisation):
        for model in (Reservation, BudgetHold):
            held = model.objects.for_organisation(alice.organisation).filter(reference="turn_1")
            held.update(expires_at=timezone.now() - timedelta(seconds=1))
    release_expired()
    assert month_of(alice) == (50, 0)


def test_a_rotated_key_and_its_successor_share_it(alice):
    key = key_of(alice)
    hold(alice, key, "turn_1", 2_000)
    successor = rotate_api_key(actor=alice, key_id=key.public_id, overlap_hours=24).key
    with pytest.raises(BudgetUsedUp):
        hold(alice, successor, "turn_2", 2_000)
    hold(alice, successor, "turn_3", 1_000)


def test_a_key_without_a_budget_has_no_limit_of_its_own(alice):
    hold(alice, key_of(alice, None), "turn_1", 1_000_000)
    assert month_of(alice) is None


def test_it_says_which_key_and_until_when(alice):
    with pytest.raises(BudgetUsedUp) as refusal:
        hold(alice, key_of(alice, 500), "turn_1")
    assert "“Nightly”" in refusal.value.message and refusal.value.code == "budget_used_up"
