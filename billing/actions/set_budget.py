"""Set, change and remove what may be spent in a month."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.budgets.limits import checked_grace, checked_limit, checked_scope, subject_of
from billing.budgets.spending import begin_sums
from billing.budgets.words import budget_name
from billing.models import Budget, BudgetMonth
from billing.prices import this_month
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class BudgetExists(Conflict):
    code = "budget_exists"
    user_message = _("%(name)s has a budget already. Change that one.")


@entry_action
def set_budget(
    *, actor: Actor, scope: str, limit: int, subject: str = "", hard: bool = True, grace_percent: int = 0
) -> Budget:
    """Set a new budget. It begins with what was spent in this month already.

    Args:
        scope, subject: whose it is, as `billing.budgets.limits.subject_of` reads it.
        limit: micro-units a calendar month, in UTC.
        hard: whether answers stop there; otherwise people are only told.
        grace_percent: how much further than a hard limit answers still go.

    Raises:
        PermissionDenied: the actor does not look after the organisation's money.
        InvalidInput: a value is out of range.
        NotFound: there is no such person, group, key or assistant in the organisation.
        BudgetExists: there is one for it already.
    """
    require(actor, Permission.MANAGE_BILLING)
    return add_budget(
        actor=actor, scope=scope, subject=subject, limit=limit, hard=hard, grace_percent=grace_percent
    )


def add_budget(
    *, actor: Actor, scope: str, subject: str, limit: int, hard: bool, grace_percent: int
) -> Budget:
    """The same inside the transaction of another action, whoever asked for it.

    Raises: as `set_budget`.
    """
    assert_in_action()
    kind = checked_scope(actor.organisation, scope)
    named, name = subject_of(actor, kind, subject)
    values = {"limit": checked_limit(limit), "is_hard": hard, "grace_percent": checked_grace(grace_percent)}
    budget: Budget
    budget, is_new = Budget.unscoped.get_or_create(
        organisation=actor.organisation,
        scope=kind,
        subject=named,
        defaults=values | {"name": name, "created_by_id": actor.user_id},
    )
    whose = budget_name(actor.organisation.pk, kind, named)
    if not is_new:
        raise BudgetExists(name=whose)
    begin_sums(actor.organisation.pk, kind, named)
    record_audit(actor, "budget.set", budget, after=_facts(budget), name=whose)
    return budget


@entry_action
def change_budget(
    *,
    actor: Actor,
    budget_id: str,
    limit: int | None = None,
    hard: bool | None = None,
    grace_percent: int | None = None,
) -> Budget:
    """Change a budget, at once. What is None stays.

    Raises:
        PermissionDenied: the actor does not look after the organisation's money.
        InvalidInput: a value is out of range.
        NotFound: the organisation has no such budget.
    """
    require(actor, Permission.MANAGE_BILLING)
    budget = access_budget(actor, budget_id, lock=True)
    before = _facts(budget)
    if limit is not None:
        budget.limit = checked_limit(limit)
    if grace_percent is not None:
        budget.grace_percent = checked_grace(grace_percent)
    if hard is not None:
        budget.is_hard = hard
    if _facts(budget) == before:
        return budget
    budget.save(update_fields=["limit", "is_hard", "grace_percent"])
    if budget.limit > before["limit"]:
        _tell_anew(budget)
    record_audit(actor, "budget.changed", budget, before=before, after=_facts(budget), name=_name(budget))
    return budget


@entry_action
def remove_budget(*, actor: Actor, budget_id: str) -> None:
    """Let it end: nothing of this kind stops or is told of any more. What it counted this month is kept.

    Raises:
        PermissionDenied: the actor does not look after the organisation's money.
        NotFound: the organisation has no such budget.
    """
    require(actor, Permission.MANAGE_BILLING)
    budget = access_budget(actor, budget_id, lock=True)
    record_audit(actor, "budget.removed", budget, before=_facts(budget), name=_name(budget))
    budget.delete()


def access_budget(actor: Actor, budget_id: str, *, lock: bool = False) -> Budget:
    """A budget of the actor's organisation.

    Raises:
        NotFound: it has no such one (a foreign one answers alike).
    """
    rows = Budget.objects.for_organisation(actor.organisation)
    found: Budget | None = (rows.select_for_update() if lock else rows).filter(public_id=budget_id).first()
    if found is None:
        raise NotFound
    return found


def _tell_anew(budget: Budget) -> None:
    """Of a higher limit less is gone: its marks are reached again, and told of again."""
    rows = BudgetMonth.objects.for_organisation(budget.organisation_id).filter(
        scope=budget.scope, month=this_month()
    )
    rows = rows.filter(subject=budget.subject) if budget.subject else rows
    for row in rows.filter(alerted__gt=0):
        reached = row.spent * 100 // budget.limit
        row.alerted = min(row.alerted, reached)
        row.save(update_fields=["alerted"])


def _name(budget: Budget) -> str:
    return budget_name(budget.organisation_id, budget.scope, budget.subject)


def _facts(budget: Budget) -> dict[str, Any]:
    return {
        "scope": budget.scope,
        "limit": budget.limit,
        "hard": budget.is_hard,
        "grace_percent": budget.grace_percent,
    }
