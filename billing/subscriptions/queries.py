"""Plans that can be chosen, and the one that is paid for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from billing.models import Plan, Subscription
from billing.plans import FEATURES, plan_of
from kernel.errors import NotFound

LIVE = (Subscription.State.ACTIVE, Subscription.State.PAST_DUE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan beside the others.

    Attributes:
        includes: each feature that there is, and whether the plan has it.
        current: whether the organisation is on it.
    """

    plan: Plan
    includes: list[tuple[str, bool]]
    current: bool

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return self.plan.price == 0


def offered_plans() -> QuerySet[Plan]:
    """Plans that anybody may choose: those with a price, and the default one. Others are given by finance."""
    plans = Plan.objects.filter(archived_at=None)
    return (plans.filter(price__gt=0) | plans.filter(is_default=True)).order_by("price", "pk")


def plans_for_money() -> QuerySet[Plan]:
    """Those of them that have a price."""
    return offered_plans().filter(price__gt=0)


def access_offered(code: str) -> Plan:
    """A plan with a price.

    Raises:
        NotFound: none of this code is offered for money.
    """
    plan = plans_for_money().filter(code=code).first()
    if plan is None:
        raise NotFound
    return plan


def choices_of(organisation: Any) -> list[Choice]:
    """Plans to compare, and the one that the organisation is on where it is none of these, inside its scope."""
    current = plan_of(organisation)
    plans = list(offered_plans())
    if current is not None and current not in plans:
        plans.insert(0, current)
    return [
        Choice(
            plan, [(str(words), code in plan.features) for code, words in FEATURES.items()], plan == current
        )
        for plan in plans
    ]


def subscription_of(organisation: Any, *, lock: bool = False) -> Subscription | None:
    """The plan that is paid for now, inside the scope; None where none is."""
    rows = Subscription.objects.for_organisation(organisation).filter(state__in=LIVE)
    rows = rows.select_related("plan")
    found: Subscription | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return found
