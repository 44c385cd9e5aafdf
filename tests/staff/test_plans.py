"""Plans: what a month may cost, how many people come in, and who of the staff decides it."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from accounts.models import StaffAction
from accounts.staff import NotYourTask, Staff
from billing.actions.change_plans import (
    CodeTaken,
    PlanArchived,
    PlanIsDefault,
    archive_plan,
    create_plan,
    restore_plan,
    update_plan,
)
from billing.actions.put_on_plan import put_on_plan
from billing.actions.reserve import AllowanceUsedUp, reserve
from billing.actions.set_allowance import set_allowance
from billing.actions.settle import settle
from billing.models import AllowancePeriod, OrganisationPlan, Plan
from billing.prices import this_month
from billing.queries import allowance_status
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.invite_member import invite_member
from organisations.actions.invite_members import invite_members
from organisations.actions.join_by_domain import join_by_domain
from organisations.actions.resend_invitation import resend_invitation
from organisations.actions.set_policy import set_policy
from organisations.actions.withdraw_invitation import withdraw_invitation
from organisations.actors import Actor
from organisations.invitation_list import InvitationRow
from organisations.invitations import token_of
from organisations.models import AuditEntry, Membership
from organisations.places import NoPlaceLeft
from organisations.queries import platform_organisation
from tests.billing.test_allowance import usage
from tests.factories.organisations import add_member, make_actor, make_organisation, make_user
from tests.fixtures.people import client_for
from tests.organisations.helpers import expire
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Agreed in ticket 12"


def make_plan(staff: Staff, code: str = "studio", **given: Any) -> Plan:
    values: dict[str, Any] = {
        "name": code.title(),
        "monthly_allowance": 50_000_000,
        "member_limit": None,
        "is_default": False,
        "reason": WHY,
    }
    return create_plan(staff=staff, code=code, **values | given)


def put(staff: Staff, actor: Actor, plan: Plan | None) -> None:
    plan_id = plan.pk if plan else None
    put_on_plan(staff=staff, organisation_id=actor.organisation.pk, plan_id=plan_id, reason=WHY)


def change(staff: Staff, plan: Plan, **given: Any) -> Plan:
    values: dict[str, Any] = {
        "name": plan.name,
        "monthly_allowance": plan.monthly_allowance,
        "member_limit": plan.member_limit,
        "is_default": plan.is_default,
        "reason": WHY,
    }
    return update_plan(staff=staff, plan_id=plan.pk, **values | given)


def limit(actor: Actor) -> int:
    with tenant_scope(actor.organisation):
        return allowance_status(actor.organisation).limit


def month_begins(actor: Actor) -> None:
    """What was used belongs to an earlier month."""
    with tenant_scope(actor.organisation):
        rows = AllowancePeriod.objects.for_organisation(actor.organisation)
        rows.update(month=date(2020, 1, 1))


def spend(actor: Actor, amount: int, reference: str = "turn_1") -> None:
    with tenant_scope(actor.organisation):
        reserve(organisation=actor.organisation, reference=reference, amount=amount)


def test_a_plan_holds_from_this_month_on(alice: Actor, fay: Staff) -> None:
    set_allowance(organisation=alice.organisation, limit=1)
    put(fay, alice, make_plan(fay))
    assert limit(alice) == 50_000_000
    spend(alice, 50_000_000)
    with pytest.raises(AllowanceUsedUp):
        spend(alice, 1, "turn_2")


def test_a_new_month_begins_with_the_plans_allowance(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay))
    set_allowance(organisation=alice.organisation, limit=7)
    assert limit(alice) == 7, "what is set by hand holds for the month"
    month_begins(alice)
    assert limit(alice) == 50_000_000
    spend(alice, 50_000_000)
    assert limit(alice) == 50_000_000


def test_a_month_that_settling_opens_has_the_plans_allowance_too(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay))
    month_begins(alice)
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
        period = AllowancePeriod.objects.for_organisation(alice.organisation).get(month=this_month())
    assert (period.limit, period.spent) == (50_000_000, 5_000)


def test_a_changed_plan_holds_from_the_next_month_on(alice: Actor, fay: Staff) -> None:
    plan = make_plan(fay)
    put(fay, alice, plan)
    change(fay, plan, monthly_allowance=90_000_000)
    assert limit(alice) == 50_000_000
    month_begins(alice)
    assert limit(alice) == 90_000_000


def test_off_the_plan_a_month_begins_like_the_one_before(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay))
    put(fay, alice, None)
    set_allowance(organisation=alice.organisation, limit=7)
    month_begins(alice)
    assert limit(alice) == 7
    spend(alice, 7)
    assert limit(alice) == 7


def test_the_default_plan_holds_for_those_on_none(alice: Actor, charlie: Actor, fay: Staff) -> None:
    put(fay, charlie, make_plan(fay))
    make_plan(fay, "free", monthly_allowance=3_000_000, is_default=True)
    assert (limit(alice), limit(charlie)) == (3_000_000, 50_000_000)
    spend(alice, 3_000_000)
    with pytest.raises(AllowanceUsedUp):
        spend(alice, 1, "turn_2")


def test_the_default_plan_leaves_visitors_alone(fay: Staff) -> None:
    platform = platform_organisation()
    make_plan(fay, "free", monthly_allowance=3, is_default=True)
    with tenant_scope(platform):
        reserve(organisation=platform, reference="turn_1", amount=4)


def test_there_is_one_default(fay: Staff) -> None:
    first = make_plan(fay, "free", is_default=True)
    second = make_plan(fay, "studio", is_default=True)
    assert list(Plan.objects.filter(is_default=True)) == [second]
    with pytest.raises(IntegrityError):
        Plan.objects.filter(pk=first.pk).update(is_default=True)


def test_with_all_places_taken_nobody_more_is_invited(alice: Actor, bob: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay, member_limit=3))
    invitation = invite_member(actor=alice, email="dora@example.org")
    with pytest.raises(NoPlaceLeft):
        invite_member(actor=alice, email="erin@example.org")
    withdraw_invitation(actor=alice, invitation_id=invitation.public_id)
    invite_member(actor=alice, email="erin@example.org")


def test_a_list_fills_the_places_and_says_who_was_left_out(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay, member_limit=2))
    rows = [InvitationRow(number, f"p{number}@example.org", "member", "Member") for number in (1, 2)]
    invited = invite_members(actor=alice, rows=rows)
    assert invited.sent == 1
    assert "room for 2 people" in invited.left_out[0][1]


def test_who_was_invited_finds_their_place(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay, member_limit=2))
    dora = make_actor(make_user("dora@example.org"))
    accept_invitation(actor=dora, token=token_of(invite_member(actor=alice, email="dora@example.org")))


def test_where_the_plan_became_smaller_an_invitation_waits(alice: Actor, bob: Actor, fay: Staff) -> None:
    dora = make_actor(make_user("dora@example.org"))
    invitation = invite_member(actor=alice, email="dora@example.org")
    plan = make_plan(fay, member_limit=2)
    put(fay, alice, plan)
    with pytest.raises(NoPlaceLeft):
        accept_invitation(actor=dora, token=token_of(invitation))
    change(fay, plan, member_limit=3)
    accept_invitation(actor=dora, token=token_of(invitation))


def test_a_domain_gives_no_place_that_is_taken_or_promised(alice: Actor, fay: Staff) -> None:
    set_policy(actor=alice, document={"joining": {"domains": ["harbour.example"], "role": "member"}})
    dora = make_actor(make_user("dora@harbour.example"))
    plan = make_plan(fay, member_limit=2)
    put(fay, alice, plan)
    invite_member(actor=alice, email="erin@example.org")
    with pytest.raises(NoPlaceLeft):
        join_by_domain(actor=dora, organisation_id=alice.organisation.public_id)
    change(fay, plan, member_limit=3)
    join_by_domain(actor=dora, organisation_id=alice.organisation.public_id)


def test_an_expired_invitation_keeps_no_place_and_needs_one_to_be_sent_again(
    alice: Actor, fay: Staff
) -> None:
    put(fay, alice, make_plan(fay, member_limit=2))
    invitation = invite_member(actor=alice, email="dora@example.org")
    expire(alice, invitation, expires_at=timezone.now())
    invite_member(actor=alice, email="erin@example.org")
    with pytest.raises(NoPlaceLeft):
        resend_invitation(actor=alice, invitation_id=invitation.public_id)


def test_nobody_is_removed_by_a_smaller_plan(alice: Actor, bob: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay, member_limit=1))
    with tenant_scope(alice.organisation):
        assert Membership.objects.for_organisation(alice.organisation).count() == 2


def test_without_a_limit_any_number_comes_in(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay))
    for number in range(5):
        add_member(alice.organisation, make_user(f"p{number}@example.org"))
    invite_member(actor=alice, email="dora@example.org")


def test_it_is_written_down_in_both_logs(alice: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay))
    put(fay, alice, make_plan(fay, "workshop"))
    with tenant_scope(alice.organisation):
        entry = (
            AuditEntry.objects.for_organisation(alice.organisation)
            .filter(action="plan.changed")
            .order_by("id")
            .last()
        )
    assert entry is not None
    assert (entry.before, entry.after, entry.staff_label) == (
        {"plan": "Studio"},
        {"plan": "Workshop"},
        "fay@example.org",
    )
    line = StaffAction.objects.filter(action="plan.changed").order_by("id").last()
    assert line is not None
    assert (line.reason, line.detail["after"]) == (WHY, {"plan": "Workshop"})


def test_only_finance_and_operators_decide(alice: Actor, fay: Staff, olga: Staff, mo: Staff) -> None:
    plan = make_plan(olga)
    put(olga, alice, plan)
    for refused in (
        lambda: make_plan(mo, "other"),
        lambda: change(mo, plan),
        lambda: archive_plan(staff=mo, plan_id=plan.pk, reason=WHY),
        lambda: restore_plan(staff=mo, plan_id=plan.pk, reason=WHY),
        lambda: put(mo, alice, None),
    ):
        with pytest.raises(NotYourTask):
            refused()


@pytest.mark.parametrize(
    "wrong",
    [
        {"monthly_allowance": -1},
        {"monthly_allowance": 2**63},
        {"member_limit": 0},
        {"name": " "},
        {"reason": ""},
        {"code": "No spaces"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(fay: Staff, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        make_plan(fay, **wrong)
    assert not Plan.objects.exists()


def test_a_code_is_used_once(fay: Staff) -> None:
    make_plan(fay)
    with pytest.raises(CodeTaken):
        make_plan(fay)


def test_an_archived_plan_keeps_those_who_are_on_it_and_takes_no_more(
    alice: Actor, charlie: Actor, fay: Staff
) -> None:
    plan = make_plan(fay)
    put(fay, alice, plan)
    archive_plan(staff=fay, plan_id=plan.pk, reason=WHY)
    month_begins(alice)
    assert limit(alice) == 50_000_000
    with pytest.raises(PlanArchived):
        put(fay, charlie, plan)
    with pytest.raises(PlanArchived):
        change(fay, plan, is_default=True)
    restore_plan(staff=fay, plan_id=plan.pk, reason=WHY)
    put(fay, charlie, plan)


def test_the_default_plan_is_not_archived(fay: Staff) -> None:
    plan = make_plan(fay, is_default=True)
    with pytest.raises(PlanIsDefault):
        archive_plan(staff=fay, plan_id=plan.pk, reason=WHY)


def test_what_is_not_there_cannot_be_chosen(alice: Actor, fay: Staff) -> None:
    with pytest.raises(NotFound):
        put_on_plan(staff=fay, organisation_id=alice.organisation.pk, plan_id=999_999, reason=WHY)
    with pytest.raises(NotFound):
        put_on_plan(staff=fay, organisation_id=0, plan_id=make_plan(fay).pk, reason=WHY)


def test_a_plan_that_somebody_is_on_cannot_be_deleted(alice: Actor, fay: Staff) -> None:
    plan = make_plan(fay)
    put(fay, alice, plan)
    with pytest.raises(DatabaseError):
        Plan.objects.filter(pk=plan.pk)._raw_delete("default")


def test_one_organisation_does_not_see_anothers_plan(alice: Actor, charlie: Actor, fay: Staff) -> None:
    put(fay, alice, make_plan(fay, member_limit=1))
    with tenant_scope(charlie.organisation):
        assert not OrganisationPlan.unscoped.exists()
    invite_member(actor=make_organisation(make_user("gus@example.org"), "Reed"), email="d@example.org")


def test_staff_make_a_plan_and_put_an_organisation_on_it(alice: Actor, fay: Staff) -> None:
    browser = browser_of(fay)
    form = {"code": "studio", "name": "Studio", "allowance": "12.50", "member_limit": "8", "reason": WHY}
    assert browser.get("/staff/billing/plan/add/").status_code == 200
    assert browser.post("/staff/billing/plan/add/", form).status_code == 302
    plan = Plan.objects.get()
    assert (plan.monthly_allowance, plan.member_limit, plan.is_default) == (12_500_000, 8, False)
    page = f"/staff/billing/plan/{plan.pk}/do"
    assert b'value="12.50"' in browser.get(f"{page}/change/").content
    unknown = browser.post(f"{page}/put/", {"organisation": "nobody", "reason": WHY})
    assert unknown.status_code == 400
    browser.post(f"{page}/put/", {"organisation": alice.organisation.slug, "reason": WHY})
    assert limit(alice) == 12_500_000
    shown = client_for(alice).get("/usage/").content.decode()
    assert "Plan Studio, with room for 8 people" in shown
    with tenant_scope(alice.organisation):
        row = OrganisationPlan.objects.for_organisation(alice.organisation).get()
    browser.post(f"/staff/billing/organisationplan/{row.pk}/do/take-off/", {"reason": WHY})
    assert "Plan Studio" not in client_for(alice).get("/usage/").content.decode()


def test_nobody_else_makes_plans(alice: Actor, mo: Staff) -> None:
    form = {"code": "studio", "name": "Studio", "allowance": "1", "reason": WHY}
    assert browser_of(mo).post("/staff/billing/plan/add/", form).status_code in (403, 404)
    assert client_for(alice).post("/staff/billing/plan/add/", form).status_code == 404
    assert not Plan.objects.exists()


def test_tables_without_a_way_to_make_rows_have_none(olga: Staff) -> None:
    assert browser_of(olga).get("/staff/organisations/organisation/add/").status_code == 403
