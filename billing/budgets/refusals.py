"""What somebody is told whose answer a budget has too little left for."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.budgets.matching import Spender
from billing.budgets.words import budget_name, limit_of
from billing.prices import next_month
from kernel.errors import DomainError
from kernel.money import format_money
from organisations.permissions import Permission
from organisations.recipients import members_who_may

NAMED = 3


class BudgetUsedUp(DomainError):
    code = "budget_used_up"
    status = 402
    user_message = _(
        "The budget of %(budget)s has too little left of its %(limit)s a month for this answer. It starts again on"
        " %(renews)s. Until then use a model without costs, or ask %(people)s to raise it under Organisation, Budgets."
    )

    @property
    def details(self) -> dict[str, Any]:
        """Which budget, when it starts again, and where it is raised."""
        return {
            "budget": {
                "scope": self.context["scope"],
                "name": self.context["budget"],
                "limit": self.context["micro"],
                "currency": settings.CURRENCY,
            },
            "renews_at": self.context["renews_at"],
            "url": settings.PUBLIC_URL + reverse("billing:budgets"),
        }


def refusal_of(spender: Spender, *, scope: str, subject: str, month: date) -> BudgetUsedUp:
    """Put into words that a budget has too little left; inside the organisation's scope."""
    micro = limit_of(spender, scope, subject)
    return BudgetUsedUp(
        scope=scope,
        budget=budget_name(spender.organisation_id, scope, subject),
        micro=micro,
        limit=format_money(micro, settings.CURRENCY),
        renews=formats.date_format(next_month(month), "j F"),
        renews_at=datetime.combine(next_month(month), time(), UTC).isoformat(),
        people=raisers(spender.organisation_id),
    )


def raisers(organisation_id: int) -> str:
    """Who may raise a limit, by name: those who look after the organisation's money, or whoever runs the installation."""
    keys = members_who_may(organisation_id, Permission.MANAGE_BILLING)[:NAMED]
    names = [person.display_name for person in User.objects.filter(pk__in=keys).order_by("pk")]
    return str(_t(" or ")).join(names) if names else _t("whoever runs this server")
