"""Each panel of the organisation's dashboards as a table for spreadsheets."""

from collections.abc import Callable, Iterable, Sequence

from billing.budgets.page import budget_rows, spender_rows
from billing.budgets.spending import By
from billing.dashboards.files import exact
from billing.dashboards.spending import Burning, Spending
from billing.queries import GroupBy, UsageRow, usage_report
from billing.report import MonthOfUsage
from organisations.actors import Actor

Table = tuple[Sequence[str], Iterable[Sequence[object]]]
USED = (
    "answers",
    "calls",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "quantity",
    "cost",
)
# Panels that show a part of the month's use, by what they are summed up by; the second word heads their first column.
SUMS: dict[str, tuple[GroupBy, str]] = {
    "assistants": ("assistant", "assistant"),
    "models": ("model", "model"),
    "people": ("member", "person"),
    "kinds": ("kind", "kind"),
}
EVERYBODY = 1_000_000
LIMITS = ("limit_of", "limit", "spent", "expected", "used_up_on")


def usage_panel(month: MonthOfUsage, panel: str) -> Table | None:
    """A panel of the usage page as its head and its rows, all of them; None where the reader has no such panel."""
    if panel in SUMS:
        by, head = SUMS[panel]
        if by == "member" and month.own is not None:
            return None
        rows = usage_report(month.organisation, month.start, month.end, by, user_id=month.own)
        return (head, f"{head}_id", *USED), map(_used, rows)
    whole: Callable[[Spending], Table] | None = WHOLE.get(panel)
    return whole(Spending(month)) if whole is not None and month.own is None else None


def _used(row: UsageRow) -> Sequence[object]:
    return (row.label, row.key, *(getattr(row, name) for name in USED[:-1]), exact(row.cost))


def _payers(spending: Spending) -> Table:
    return ("paid_by", "times", "cost"), (
        (one.name, one.answers, exact(one.cost)) for one in spending.by_payer
    )


def _groups(spending: Spending) -> Table:
    return ("group", "answers", "cost"), (
        (one.name, one.answers, exact(one.cost)) for one in spending.all_groups
    )


def _limits(spending: Spending) -> Table:
    found: list[Burning] = [*filter(None, (spending.allowance,)), *spending.all_budgets]
    return LIMITS, (
        (one.name, exact(one.limit), exact(one.spent), exact(one.expected), one.used_up_on or "")
        for one in found
    )


WHOLE: dict[str, Callable[[Spending], Table]] = {"payers": _payers, "groups": _groups, "limits": _limits}


def budgets_panel(actor: Actor) -> Table:
    """All budgets as they stand this month."""
    head = ("budget", "name", "limit", "spent", "held", "expected", "hard", "grace_percent")
    return head, (
        (
            row.budget.scope,
            row.name,
            exact(row.budget.limit),
            exact(row.spent),
            exact(row.reserved),
            exact(row.expected),
            "yes" if row.budget.is_hard else "no",
            row.budget.grace_percent,
        )
        for row in budget_rows(actor)
    )


def spenders_panel(actor: Actor, by: By) -> Table:
    """Who or what spent something this month, the dearest first."""
    return (by, f"{by}_id", "spent", "budget"), (
        (row.name, row.public_id, exact(row.cost), exact(row.budget.limit) if row.budget else "")
        for row in spender_rows(actor, by, most=EVERYBODY)
    )
