"""What the page of budgets shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.budgets.forms import BudgetForm
from billing.budgets.spending import By, Spent, spent_by
from billing.budgets.words import Scope, budget_names
from billing.models import Budget, BudgetMonth, UsageDaily
from billing.prices import next_month, this_month
from billing.selling.forms import units
from kernel.registries import assistant_names
from organisations.actors import Actor
from organisations.models import ApiKey, Group, Membership

OF_EACH = frozenset({Scope.EACH_MEMBER, Scope.EACH_VISITOR})
DEAREST = 5


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget as it stands this month, in micro-units.

    Attributes:
        expected: what is spent by the month's end, if it goes on as until now; 0 on its first day.
        through: how much of the month is over, in percent.
        dearest: where each person has their own sum, those who spent most.
    """

    budget: Budget
    name: str
    spent: int
    reserved: int
    expected: int
    through: int
    dearest: Sequence[tuple[str, int]] = ()

    @property
    def percent(self) -> int:
        """How much of it is gone, 0 to 100."""
        return share(self.spent, self.budget.limit)

    @property
    def state(self) -> str:
        """`used_up`, `grace` (a hard one is spent, and answers still go on), `near` or `fine`."""
        if self.spent >= self.budget.limit:
            graced = self.budget.limit * (100 + self.budget.grace_percent) // 100
            return "grace" if self.budget.is_hard and self.spent < graced else "used_up"
        return "near" if self.percent >= 80 or self.expected > self.budget.limit else "fine"

    @property
    def shown_limit(self) -> str:
        """The limit as a number field holds it."""
        return units(self.budget.limit)


@dataclass(frozen=True, slots=True)
class SpenderRow:
    """What one of them spent this month. `public_id`: what a new budget for them is set with."""

    name: str
    public_id: str
    cost: int
    percent: int
    budget: Budget | None


def budget_rows(actor: Actor, budgets: Sequence[Budget] | None = None) -> list[BudgetRow]:
    """All budgets of the organisation, or some, with what is gone of them; inside its scope."""
    organisation = actor.organisation
    found = list(budgets if budgets is not None else Budget.objects.for_organisation(organisation))
    sums: dict[tuple[str, str], BudgetMonth] = {}
    each: dict[str, list[BudgetMonth]] = {}
    for row in BudgetMonth.objects.for_organisation(organisation).filter(month=this_month()):
        sums[row.scope, row.subject] = row
        if row.scope in OF_EACH:
            each.setdefault(row.scope, []).append(row)
    dearest = {scope: sorted(rows, key=lambda row: -row.spent)[:DEAREST] for scope, rows in each.items()}
    names = budget_names(
        organisation.pk,
        [(one.scope, one.subject) for one in found]
        + [(scope, row.subject) for scope, rows in dearest.items() for row in rows],
    )
    rows = [_budget_row(one, names, sums, dearest.get(one.scope, [])) for one in found]
    order = {scope: place for place, scope in enumerate(Scope.values)}
    return sorted(rows, key=lambda row: (order[row.budget.scope], row.name.lower()))


def _budget_row(
    budget: Budget,
    names: dict[tuple[str, str], str],
    sums: dict[tuple[str, str], BudgetMonth],
    dearest: list[BudgetMonth],
) -> BudgetRow:
    # Of one that each has their own sum of, the one who spent most is shown.
    own = dearest[0] if dearest else sums.get((budget.scope, budget.subject))
    spent, reserved = (own.spent, own.reserved) if own else (0, 0)
    through, expected = _pace(spent)
    return BudgetRow(
        budget=budget,
        name=names[budget.scope, budget.subject],
        spent=spent,
        reserved=reserved,
        expected=expected,
        through=through,
        dearest=[(names[row.scope, row.subject], row.spent) for row in dearest],
    )


def _pace(spent: int) -> tuple[int, int]:
    month, now = this_month(), datetime.now(UTC)
    whole = (next_month(month) - month).total_seconds()
    gone = (now - datetime(month.year, month.month, 1, tzinfo=UTC)).total_seconds()
    return int(gone * 100 // whole), int(spent * whole // gone) if gone >= 86_400 else 0


def spender_rows(actor: Actor, by: By, *, most: int = 100) -> list[SpenderRow]:
    """Who or what spent most this month, with the budget that it has; inside the organisation's scope."""
    spent = spent_by(actor.organisation.pk, by, most=most)
    subjects = [one.subject for one in spent]
    known = _known(actor, by, subjects)
    budgets = {
        one.subject: one
        for one in Budget.objects.for_organisation(actor.organisation).filter(scope=by, subject__in=subjects)
    }
    most = max((one.cost for one in spent), default=0)
    return [_spender_row(one, known, budgets, most) for one in spent]


def _spender_row(
    one: Spent, known: dict[str, tuple[str, str]], budgets: dict[str, Budget], most: int
) -> SpenderRow:
    name, public_id = known.get(one.subject, ("", ""))
    budget = budgets.get(one.subject)
    return SpenderRow(name, public_id, one.cost, share(one.cost, budget.limit if budget else most), budget)


def _known(actor: Actor, by: By, subjects: list[str]) -> dict[str, tuple[str, str]]:
    """Names and public ids by subject."""
    organisation = actor.organisation
    if by == "member":
        members = Membership.objects.for_organisation(organisation).filter(user_id__in=subjects)
        return {
            str(one.user_id): (one.user.display_name, one.public_id) for one in members.select_related("user")
        }
    if by == "group":
        groups = Group.objects.for_organisation(organisation).filter(pk__in=subjects)
        return {str(one.pk): (one.name, one.public_id) for one in groups}
    if by == "key":
        keys = ApiKey.objects.for_organisation(organisation).filter(pk__in=subjects)
        return {str(one.pk): (one.name, one.public_id) for one in keys}
    used = UsageDaily.objects.for_organisation(organisation).filter(product__in=subjects).order_by("day")
    names = dict(used.values_list("product", "product_name")) | assistant_names.get()(actor, subjects)
    return {subject: (names.get(subject, subject), subject) for subject in subjects}


def form_of(actor: Actor, data: Any = None, *, scope: str = "", subject: str = "") -> BudgetForm:
    """The form for a new budget, with everybody whom it can be for; inside the organisation's scope."""
    organisation = actor.organisation
    names = assistant_names.get()(actor, None)
    groups = Group.objects.for_organisation(organisation).order_by("name")
    keys = ApiKey.objects.for_organisation(organisation).filter(revoked_at=None, successor=None)
    members = Membership.objects.for_organisation(organisation).select_related("user")
    subjects = [
        *((f"group:{one.public_id}", one.name) for one in groups[:500]),
        *((f"member:{one.public_id}", one.user.display_name) for one in members[:1_000]),
        *((f"key:{one.public_id}", one.name) for one in keys.order_by("name")[:500]),
        *((f"assistant:{key}", name) for key, name in sorted(names.items(), key=lambda item: item[1])[:500]),
    ]
    chosen = f"{scope}:{subject}" if subject else scope
    return BudgetForm(data, subjects=subjects, initial={"whose": chosen})


def share(part: int, whole: int) -> int:
    """A part in percent, 0 to 100."""
    return min(100, part * 100 // whole) if whole > 0 else 100 * (part > 0)
