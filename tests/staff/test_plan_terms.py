"""What plans cost and include, what is refused without it, and what staff let visitors spend."""

import pytest
from django.core.management import call_command

from accounts.staff import NotYourTask, Staff
from billing.actions.change_plans import PlanTerms
from billing.actions.change_visitor_budgets import remove_visitor_budget, set_visitor_budget
from billing.models import Budget, Plan
from billing.plans import NotInPlan
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.create_custom_role import create_custom_role
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.queries import platform_organisation
from tests.staff.conftest import browser_of
from tests.staff.test_plans import WHY, make_plan, put

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_installation_begins_with_four_plans_that_hold_for_nobody() -> None:
    call_command("make_plans")
    Plan.objects.filter(code="pro").update(name="Studio")
    call_command("make_plans")
    assert set(Plan.objects.values_list("code", flat=True)) == {"free", "pro", "team", "own"}
    assert Plan.objects.get(code="pro").name == "Studio" and not Plan.objects.filter(is_default=True).exists()
    call_command("make_plans", default="free")
    assert Plan.objects.get(is_default=True).code == "free"


def test_what_a_plan_lacks_is_refused_where_it_is_begun(alice: Actor, fay: Staff) -> None:
    plan = make_plan(fay, terms=PlanTerms(features=frozenset({"pool"})))
    put(fay, alice, plan)
    assert plan.pool
    with pytest.raises(NotInPlan) as refusal:
        create_api_key(actor=alice, name="Nightly", scopes=alice.permissions)
    assert refusal.value.status == 402 and "API keys" in refusal.value.message
    with pytest.raises(NotInPlan):
        create_custom_role(actor=alice, name="Readers", permissions=[Permission.USE_ASSISTANTS])


@pytest.mark.parametrize(
    "terms",
    [
        PlanTerms(price=-1),
        PlanTerms(own_key_fee=10**30),
        PlanTerms(features=frozenset({"flying"})),
        PlanTerms(creator_share_bp=10_001),
    ],
)
def test_there_are_no_such_terms(fay: Staff, terms: PlanTerms) -> None:
    with pytest.raises(InvalidInput):
        make_plan(fay, terms=terms)


def test_staff_say_what_a_plan_costs_and_includes(fay: Staff) -> None:
    form = {
        "code": "studio",
        "name": "Studio",
        "allowance": "10",
        "price": "12.50",
        "features": ["api", "own_keys"],
        "overage": "on",
        "own_key_fee": "0.0005",
        "creator_share": "72.5",
        "reason": WHY,
    }
    browser = browser_of(fay)
    assert browser.post("/staff/billing/plan/add/", form).status_code == 302
    plan = Plan.objects.get()
    assert (plan.price, plan.features, plan.overage) == (12_500_000, ["own_keys", "api"], True)
    assert (plan.own_key_fee, plan.creator_share_bp, plan.pool) == (500, 7_250, False)
    assert b'value="0.0005"' in browser.get(f"/staff/billing/plan/{plan.pk}/do/change/").content


def test_staff_set_and_remove_what_visitors_may_spend(alice: Actor, fay: Staff, mo: Staff) -> None:
    values = {"scope": "each_visitor", "limit": 10_000, "hard": True, "grace_percent": 0, "reason": WHY}
    with pytest.raises(NotYourTask):
        set_visitor_budget(staff=mo, **values)
    browser = browser_of(fay)
    form = values | {"limit": "0.01", "hard": "on"}
    assert browser.post("/staff/billing/budget/add/", form).status_code == 302
    with tenant_scope(platform_organisation()):
        budget = Budget.objects.for_organisation(platform_organisation()).get()
    assert (budget.limit, budget.scope) == (10_000, "each_visitor")
    assert browser.get("/staff/billing/budget/").status_code == 200
    remove_visitor_budget(staff=fay, budget_id=budget.pk, reason=WHY)
    with tenant_scope(platform_organisation()):
        assert not Budget.objects.for_organisation(platform_organisation()).exists()
