"""What staff let visitors without an account spend in a month, on the platform's own allowance."""

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.actions.set_budget import add_budget
from billing.budgets.limits import VISITORS
from billing.models import Budget
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.queries import platform_organisation


def set_visitor_budget(
    *, staff: Staff, scope: str, limit: int, hard: bool, grace_percent: int, reason: str
) -> Budget:
    """Set a budget of all visitors together, or of each of them.

    Args:
        limit: micro-units a month.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing, or a value is out of range.
        BudgetExists: there is one already.
    """
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    platform = platform_organisation()
    with tenant_scope(platform, durable=True):
        budget = add_budget(
            actor=staff_actor(staff, platform),
            scope=scope,
            subject="",
            limit=limit,
            hard=hard,
            grace_percent=grace_percent,
        )
        _log(staff, "budget.set", budget, why)
    return budget


def remove_visitor_budget(*, staff: Staff, budget_id: int, reason: str) -> None:
    """Let a budget of visitors end.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
        NotFound: visitors have no such budget.
    """
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    platform = platform_organisation()
    with tenant_scope(platform, durable=True):
        budget = Budget.objects.for_organisation(platform).filter(pk=budget_id, scope__in=VISITORS).first()
        if budget is None:
            raise NotFound
        _log(staff, "budget.removed", budget, why)
        budget.delete()


def _log(staff: Staff, action: str, budget: Budget, why: str) -> None:
    record_staff_action(
        staff=staff.user,
        action=action,
        target=budget,
        reason=why,
        ip=staff.ip,
        scope=budget.scope,
        limit=budget.limit,
    )
