"""Who is told that a part of a budget is gone."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from billing.budgets.words import budget_name
from billing.models import Budget
from kernel import registries
from kernel.money import format_money
from kernel.registries import NotificationKind
from organisations.models import ApiKey
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Scope = Budget.Scope
OF_ONE = frozenset({Scope.MEMBER, Scope.EACH_MEMBER})
TITLE = gettext_noop("%(percent)s %% of the budget of %(name)s is spent")
USED_UP = gettext_noop("The budget of %(name)s is used up")
ALLOWANCE = gettext_noop("%(percent)s %% of this month's allowance is spent")
ALLOWANCE_USED_UP = gettext_noop("This month's allowance is used up")
BODY = gettext_noop("%(spent)s of %(limit)s this month. It starts again with the next one.")


def _reached(
    organisation_id: int, payload: dict[str, Any]
) -> Iterator[tuple[int, list[Any], list[Any], str]]:
    """Those who look after the money, and whose budget it is."""
    scope, subject, percent = payload["scope"], payload["subject"], payload["percent"]
    managers = set(members_who_may(organisation_id, Permission.MANAGE_BILLING))
    is_allowance = scope == "allowance"
    params: dict[str, Any] = {"percent": percent}
    if not is_allowance:
        params["name"] = budget_name(organisation_id, scope, subject)
    titles = (ALLOWANCE, ALLOWANCE_USED_UP) if is_allowance else (TITLE, USED_UP)
    body = {name: format_money(payload[name], settings.CURRENCY) for name in ("spent", "limit")}
    for user_id in sorted(managers | _own(organisation_id, scope, subject)):
        page = "billing:budgets" if user_id in managers and not is_allowance else "billing:usage"
        yield user_id, [titles[percent >= 100], params], [BODY, body], reverse(page)


def _own(organisation_id: int, scope: str, subject: str) -> set[int]:
    if scope in OF_ONE:
        return {int(subject)}
    if scope == Scope.KEY:
        key = ApiKey.objects.for_organisation(organisation_id).filter(pk=subject).first()
        return {key.user_id} if key and key.user_id else set()
    return set()


def register() -> None:
    """Let marks that are reached become notifications."""
    registries.notification_kinds.register(
        NotificationKind(
            "budget_reached", _("A budget is nearly or wholly spent"), "budget.reached", _reached
        )
    )
