"""Budgets: kept before an answer, settled after it, told of, never overdrawn; and what comes when the allowance ends."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from django.db import connections

from billing.actions.open_charge import open_charge
from billing.actions.release_expired import release_expired
from billing.actions.reserve import AllowanceUsedUp
from billing.actions.set_budget import BudgetExists, change_budget, remove_budget, set_budget
from billing.actions.settle import settle
from billing.actions.tell_budgets import tell_budgets
from billing.budgets.holding import BudgetUsedUp
from billing.budgets.spending import spent_by
from billing.fees import ORDINAL
from billing.models import (
    AllowancePeriod,
    Budget,
    BudgetHold,
    BudgetMonth,
    OrganisationPlan,
    Plan,
    UsageRecord,
    Wallet,
    WalletHold,
)
from billing.plans import EVERYTHING, NotInPlan, features_of, require_feature
from events.models import Notification
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.models import OutboxEvent
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_group import create_group
from organisations.actions.remove_from_group import remove_from_group
from organisations.models import Membership
from organisations.queries import anonymous_actor
from providers.snapshots import OWN
from tests.billing.test_allowance import set_limit, standing, usage
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = 1_000


def ask(actor, turn, amount=ASKED, product="asst_1"):
    with tenant_scope(actor.organisation, durable=True):
        open_charge(actor=actor, reference=turn, amount=amount, sold=None, product=product)


def end(actor, turn, *usages, **given):
    with tenant_scope(actor.organisation, durable=True):
        settle(organisation=actor.organisation, reference=turn, usages=usages, **given)


def used(actor, *, product="asst_1", **given):
    """5,000 micro-units' worth."""
    return usage(product=product, user_id=actor.user_id, api_key_id=actor.api_key_id, **given)


def sums(actor, scope):
    with tenant_scope(actor.organisation):
        rows = BudgetMonth.objects.for_organisation(actor.organisation).filter(scope=scope)
        return [(row.reserved, row.spent) for row in rows.order_by("subject", "month")]


def membership(actor):
    with tenant_scope(actor.organisation):
        return Membership.objects.for_organisation(actor.organisation).get(user=actor.user)


def group_with(alice, *people):
    group = create_group(actor=alice, name="Makers")
    members = [membership(person).public_id for person in people]
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=members)
    return group


def budget(alice, scope, limit=ASKED, **given):
    return set_budget(actor=alice, scope=scope, limit=limit, **given)


def with_key(actor):
    made = create_api_key(actor=actor, name="Nightly", scopes=actor.permissions)
    return replace(actor, api_key_id=made.key.pk), made.key.public_id


def visitors_budget(scope, limit=ASKED):
    visitor = anonymous_actor(ip="192.0.2.7")
    with tenant_scope(visitor.organisation, durable=True):
        Budget.objects.create(organisation=visitor.organisation, scope=scope, limit=limit)
    set_limit(visitor.organisation, 10_000_000)
    return visitor


@pytest.mark.parametrize(
    "scope",
    [
        "organisation",
        pytest.param("group", marks=pytest.mark.large),
        pytest.param("member", marks=pytest.mark.large),
        "key",
        pytest.param("assistant", marks=pytest.mark.large),
        "each_visitor",
    ],
)
def test_of_100_spends_of_the_last_credit_one_goes_through(alice, bob, scope):
    asker, product = bob, "asst_1"
    if scope == "group":
        budget(alice, scope, subject=group_with(alice, bob).public_id)
    elif scope == "member":
        budget(alice, scope, subject=bob.user.public_id)
    elif scope == "key":
        asker, key = with_key(alice)
        budget(alice, scope, subject=key)
    elif scope == "assistant":
        product = make_assistant(alice).public_id
        budget(alice, scope, subject=product)
    elif scope == "each_visitor":
        asker = visitors_budget(scope)
    else:
        budget(alice, scope)

    def take(number):
        try:
            ask(asker, f"turn_{number}", product=product)
            return True
        except BudgetUsedUp:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(take, range(100))) == 1
    assert sums(asker, scope) == [(ASKED, 0)]
    # Those that were refused keep nothing of the allowance either.
    assert standing(asker.organisation).reserved == ASKED


def test_all_or_none_are_kept(alice, bob):
    budget(alice, "organisation", 10_000)
    budget(alice, "member", 500, subject=bob.user.public_id)
    with pytest.raises(BudgetUsedUp) as refusal:
        ask(bob, "turn_1")
    assert refusal.value.details["budget"]["scope"] == "member" and "Bob Reed" in refusal.value.message
    assert "Alice Moss" in refusal.value.message  # who can raise it
    assert sums(alice, "organisation") == sums(alice, "member") == []


def test_it_is_settled_once_at_what_was_used(alice):
    budget(alice, "organisation", 50_000)
    ask(alice, "turn_1")
    end(alice, "turn_1", used(alice))
    end(alice, "turn_1", used(alice))
    assert sums(alice, "organisation") == [(0, 5_000)]


def test_what_failed_and_what_never_ended_is_given_back(alice):
    budget(alice, "organisation", 50_000)
    ask(alice, "turn_1")
    end(alice, "turn_1")
    ask(alice, "turn_2")
    with tenant_scope(alice.organisation):
        BudgetHold.objects.for_organisation(alice.organisation).update(expires_at="2026-01-01T00:00Z")
    release_expired()
    assert sums(alice, "organisation") == [(0, 0)]
    # Its answer came late after all: it counts.
    end(alice, "turn_2", used(alice))
    assert sums(alice, "organisation") == [(0, 5_000)]


def test_whoever_left_in_mid_answer_is_counted(alice):
    """Nothing was said to them, and the provider counted: stopped, without an answer, and still metered."""
    budget(alice, "each_member", 50_000)
    ask(alice, "turn_1")
    end(alice, "turn_1", used(alice), answered=False)
    assert sums(alice, "each_member") == [(0, 5_000)]


def test_a_soft_budget_stops_nobody(alice):
    budget(alice, "organisation", 10, hard=False)
    ask(alice, "turn_1")
    assert sums(alice, "organisation") == [(ASKED, 0)]


def test_a_hard_one_stops_after_its_grace(alice):
    budget(alice, "organisation", 1_000, grace_percent=50)
    ask(alice, "turn_1", 1_400)
    ask(alice, "turn_2", 100)
    with pytest.raises(BudgetUsedUp):
        ask(alice, "turn_3", 1)


def test_a_model_without_costs_answers_always(alice):
    budget(alice, "organisation", 0)
    ask(alice, "turn_1", 0)
    with pytest.raises(BudgetUsedUp):
        ask(alice, "turn_2", 1)


def test_a_change_of_groups_in_mid_month_and_in_mid_answer(alice, bob):
    group = group_with(alice, bob)
    budget(alice, "group", 50_000, subject=group.public_id)
    ask(bob, "turn_1")
    remove_from_group(actor=alice, group_id=group.public_id, membership_id=membership(bob).public_id)
    # What began as the group's ends as the group's; what comes later is not its own any more.
    end(bob, "turn_1", used(bob))
    assert sums(alice, "group") == [(0, 5_000)]
    ask(bob, "turn_2")
    end(bob, "turn_2", used(bob))
    assert sums(alice, "group") == [(0, 5_000)]


def test_at_the_month_s_boundary_an_answer_counts_where_it_began(alice, monkeypatch):
    budget(alice, "organisation", 50_000)
    with tenant_scope(alice.organisation):
        AllowancePeriod.objects.create(
            organisation=alice.organisation, month=date(2026, 1, 1), limit=10_000_000
        )
    for module in ("billing.budgets.matching", "billing.actions.reserve"):
        monkeypatch.setattr(f"{module}.this_month", lambda: date(2026, 1, 1))
    ask(alice, "turn_1")
    monkeypatch.undo()
    end(alice, "turn_1", used(alice))
    ask(alice, "turn_2")
    with tenant_scope(alice.organisation):
        rows = BudgetMonth.objects.for_organisation(alice.organisation).order_by("month")
        assert next((row.month.year, row.month.month, row.spent, row.reserved) for row in rows) == (
            2026,
            1,
            5_000,
            0,
        )
        assert rows.last().reserved == ASKED


def test_a_new_budget_begins_with_what_was_spent(alice, bob):
    key_user, key = with_key(alice)
    for turn, actor in (("turn_1", alice), ("turn_2", bob), ("turn_3", key_user)):
        end(actor, turn, used(actor))
    group = group_with(alice, bob)
    budget(alice, "organisation", 50_000)
    budget(alice, "each_member", 50_000)
    budget(alice, "key", 50_000, subject=key)
    budget(alice, "group", 50_000, subject=group.public_id)
    assert sums(alice, "organisation") == [(0, 15_000)]
    assert sorted(sums(alice, "each_member")) == [(0, 5_000), (0, 10_000)]
    assert sums(alice, "key") == sums(alice, "group") == [(0, 5_000)]
    with tenant_scope(alice.organisation):
        assert [row.cost for row in spent_by(alice.organisation.pk, "member")] == [10_000, 5_000]


@pytest.mark.parametrize("limit", [-1, 10**15 + 1, 10**400, float("nan"), 1.5, True, "5"])
def test_no_such_limit(alice, limit):
    with pytest.raises(InvalidInput):
        budget(alice, "organisation", limit)


@pytest.mark.parametrize("limit", [-1, 10**30, "NaN", "1e999", None, 0.5, [], {}])
def test_nor_over_rest(alice, limit):
    answer = api_client_for(alice).post("/api/v1/billing/budgets", {"scope": "organisation", "limit": limit})
    assert answer.status_code == 400, answer.json()


@pytest.mark.parametrize("typed", ["-1", "NaN", "Infinity", "1e300", "1" * 5_000, "", "x"])
def test_nor_on_the_page(alice, typed):
    answer = client_for(alice).post(
        "/billing/budgets/new", {"whose": "organisation", "limit": typed, "hard": "yes"}
    )
    assert answer.status_code == 400
    with tenant_scope(alice.organisation):
        assert not Budget.objects.for_organisation(alice.organisation).exists()


def test_who_may_and_foreign_ones(alice, bob, charlie):
    with pytest.raises(PermissionDenied):
        budget(bob, "organisation")
    made = budget(alice, "organisation")
    with pytest.raises(BudgetExists):
        budget(alice, "organisation")
    for budget_id in (made.public_id, "bgt_none"):
        with pytest.raises(NotFound):
            change_budget(actor=charlie, budget_id=budget_id, limit=1)
    with pytest.raises(NotFound):
        budget(charlie, "member", subject=alice.user.public_id)
    with pytest.raises(InvalidInput):
        budget(alice, "each_visitor")  # visitors are the platform's


def events():
    with across_organisations(reason="a test"):
        rows = OutboxEvent.unscoped.filter(kind="budget.reached").order_by("pk")
        return [(row.payload["scope"], row.payload["percent"]) for row in rows]


def test_marks_are_told_of_once_a_month(alice):
    made = budget(alice, "organisation", 10_000)
    assert tell_budgets() == 0
    end(alice, "turn_1", used(alice))
    tell_budgets()
    tell_budgets()
    assert events() == [("organisation", 50)]
    end(alice, "turn_2", used(alice))
    tell_budgets()
    assert events()[1:] == [("organisation", 100)]
    # Of a higher limit less is gone: its end is reached and told of anew, and nothing that was told of before.
    change_budget(actor=alice, budget_id=made.public_id, limit=12_000)
    tell_budgets()
    assert events()[2:] == []
    end(alice, "turn_3", used(alice))
    tell_budgets()
    assert events()[2:] == [("organisation", 100)]


def test_whose_it_is_and_who_looks_after_the_money_hear_of_it(alice, bob):
    budget(alice, "member", 5_000, subject=bob.user.public_id)
    end(bob, "turn_1", used(bob))
    tell_budgets()
    deliver_events()
    for actor, link in ((alice, "/billing/budgets/"), (bob, "/usage/")):
        with tenant_scope(actor.organisation):
            (told,) = Notification.objects.for_organisation(actor.organisation).filter(user=actor.user)
        assert (told.kind, told.url) == ("budget_reached", link)


def test_the_allowance_s_marks_are_told_of_too(alice):
    set_limit(alice.organisation, 10_000)
    end(alice, "turn_1", used(alice))
    tell_budgets()
    assert events() == [("allowance", 50)]


def test_rest(alice):
    client = api_client_for(alice)
    made = client.post("/api/v1/billing/budgets", {"scope": "organisation", "limit": 10_000}).json()
    end(alice, "turn_1", used(alice))
    at = f"/api/v1/billing/budgets/{made['id']}"
    assert client.get(at).json()["spent"] == 5_000
    assert client.patch(at, {"hard": False, "grace_percent": 7}).json()["grace_percent"] == 7
    assert [one["id"] for one in client.get("/api/v1/billing/budgets").json()["results"]] == [made["id"]]
    assert client.delete(at).status_code == 204 and client.get(at).status_code == 404


def test_the_page_sets_changes_and_removes(alice, bob):
    end(bob, "turn_1", used(bob))
    page = client_for(alice)
    assert "Bob Reed" in page.get("/billing/budgets/?by=member").content.decode()
    whose = f"member:{membership(bob).public_id}"
    assert (
        page.post("/billing/budgets/new", {"whose": whose, "limit": "0.01", "hard": "yes"}).status_code == 302
    )
    with tenant_scope(alice.organisation):
        made = Budget.objects.for_organisation(alice.organisation).get()
    at = f"/billing/budgets/{made.public_id}/"
    changed = page.post(
        f"{at}edit", {"limit": "0.02", "hard": "no", "grace_percent": ""}, HTTP_HX_REQUEST="true"
    )
    assert "People are only told" in changed.content.decode()
    wrong = page.post(f"{at}edit", {"limit": "-3", "hard": "no"}, HTTP_HX_REQUEST="true")
    assert "greater than or equal" in wrong.content.decode()
    for kind in ("group", "key", "assistant"):
        assert page.get(f"/billing/budgets/?by={kind}").status_code == 200
    assert page.post(f"{at}remove").status_code == 302 and page.get(at).status_code == 404
    assert "can raise it" in page.get("/billing/budgets/used-up").content.decode()


def put_on(actor, **given):
    plan = Plan.objects.create(code="studio", name="Studio", monthly_allowance=0, **given)
    with tenant_scope(actor.organisation):
        OrganisationPlan.objects.create(organisation=actor.organisation, plan=plan)


def fill_wallet(actor, balance):
    with tenant_scope(actor.organisation):
        Wallet.objects.create(organisation=actor.organisation, balance=balance)


def wallet(actor):
    with tenant_scope(actor.organisation):
        row = Wallet.objects.for_organisation(actor.organisation).get()
        return row.balance, row.reserved


def payers(actor):
    with tenant_scope(actor.organisation):
        rows = UsageRecord.objects.for_organisation(actor.organisation).order_by("reference", "ordinal")
        return [row.paid_by for row in rows]


def test_beyond_the_allowance_the_wallet_pays(alice):
    put_on(alice, overage=True)
    fill_wallet(alice, 8_000)
    budget(alice, "organisation", 50_000)
    ask(alice, "turn_1", 6_000)
    ask(alice, "turn_1", 6_000)
    assert wallet(alice) == (8_000, 6_000)
    end(alice, "turn_1", used(alice))
    assert (wallet(alice), payers(alice)) == ((3_000, 0), ["wallet"])
    assert sums(alice, "organisation") == [(0, 5_000)] and standing(alice.organisation).spent == 0
    with pytest.raises(AllowanceUsedUp):
        ask(alice, "turn_2", 6_000)


def test_what_was_kept_for_a_failed_answer_goes_back_into_the_wallet(alice):
    put_on(alice, overage=True)
    fill_wallet(alice, 8_000)
    ask(alice, "turn_1", 6_000)
    end(alice, "turn_1")
    assert wallet(alice) == (8_000, 0)
    with tenant_scope(alice.organisation):
        assert WalletHold.objects.for_organisation(alice.organisation).get().state == "settled"


def test_nothing_overdraws_a_wallet(alice):
    put_on(alice, overage=True)
    fill_wallet(alice, 8_000)
    ask(alice, "turn_1", 6_000)
    end(alice, "turn_1", used(alice), usage(1))
    assert (wallet(alice), payers(alice)) == ((3_000, 0), ["wallet", "platform"])


def test_without_overage_the_allowance_ends(alice):
    put_on(alice)
    fill_wallet(alice, 8_000)
    with pytest.raises(AllowanceUsedUp):
        ask(alice, "turn_1")


def test_own_keys_cost_the_fee_of_the_plan(alice):
    put_on(alice, own_key_fee=70)
    own = used(alice, provider=f"{OWN}1")
    end(alice, "turn_1", own)
    end(alice, "turn_1", own)
    end(alice, "turn_2", own, answered=False)
    with tenant_scope(alice.organisation):
        fee = UsageRecord.objects.for_organisation(alice.organisation).get(kind="fee")
    assert (fee.cost, fee.ordinal, fee.paid_by) == (70, ORDINAL, "allowance")
    assert payers(alice).count("own_key") == 2 and standing(alice.organisation).spent == 70


def test_a_plan_includes_what_it_says(alice):
    with tenant_scope(alice.organisation):
        assert features_of(alice.organisation) == EVERYTHING
    put_on(alice, features=["api"])
    with tenant_scope(alice.organisation):
        require_feature(alice.organisation, "api")
        with pytest.raises(NotInPlan):
            require_feature(alice.organisation, "own_keys")


def test_where_no_budget_is_none_is_looked_for(alice, django_assert_num_queries):
    ask(alice, "turn_1")
    with tenant_scope(alice.organisation), django_assert_num_queries(1):
        open_charge(actor=alice, reference="turn_2", amount=ASKED, sold=None, product="asst_1")


def test_where_there_are_some_all_are_one_statement(alice, django_assert_num_queries):
    budget(alice, "organisation", 50_000)
    budget(alice, "each_member", 50_000)
    ask(alice, "turn_1")
    with tenant_scope(alice.organisation), django_assert_num_queries(2):
        open_charge(actor=alice, reference="turn_2", amount=ASKED, sold=None, product="asst_1")


def test_one_that_is_set_again_goes_on(alice):
    made = budget(alice, "organisation", 50_000)
    end(alice, "turn_1", used(alice))
    remove_budget(actor=alice, budget_id=made.public_id)
    budget(alice, "organisation", 50_000)
    assert sums(alice, "organisation") == [(0, 5_000)]
