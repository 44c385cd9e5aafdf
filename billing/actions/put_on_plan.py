"""Put an organisation on a plan, or take it off."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.actions.change_plans import PlanArchived
from billing.actions.set_allowance import save_allowance
from billing.models import OrganisationPlan, Plan
from kernel.actions import assert_in_action
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation


def put_on_plan(*, staff: Staff, organisation_id: int, plan_id: int | None, reason: str) -> Plan | None:
    """Let an organisation have what a plan gives, from this month on; None takes it off and leaves this month's limit.

    Nobody is removed where there are more people than the plan has room for; but nobody else comes in.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such organisation or plan.
        PlanArchived: the plan is no longer offered.
    """
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise NotFound
    with tenant_scope(found, durable=True):
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=found.pk)
        plan = _offered(plan_id) if plan_id is not None else None
        before = OrganisationPlan.objects.for_organisation(organisation).select_related("plan").first()
        place_on_plan(organisation, plan, before)
        change = {"before": {"plan": str(before or "")}, "after": {"plan": str(plan or "")}}
        record_audit(
            staff_actor(staff, organisation),
            "plan.changed",
            organisation,
            before=change["before"],
            after=change["after"],
            reason=why,
        )
        record_staff_action(
            staff=staff.user, action="plan.changed", target=organisation, reason=why, ip=staff.ip, **change
        )
    return plan


def _offered(plan_id: int) -> Plan:
    # Its lock keeps the plan from being archived or changed meanwhile.
    plan = Plan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    if plan.archived_at:
        raise PlanArchived
    return plan


def place_on_plan(organisation: Organisation, plan: Plan | None, before: OrganisationPlan | None) -> None:
    """The same inside the transaction of another action, which has locked the organisation.

    Args:
        before: the plan that it was on.
    """
    assert_in_action()
    if before is not None:
        before.delete()
    if plan is not None:
        OrganisationPlan.unscoped.create(organisation=organisation, plan=plan)
        save_allowance(organisation=organisation, limit=plan.monthly_allowance)
