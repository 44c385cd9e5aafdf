"""What visitors without an account may spend, for the platform's finance and operators."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from accounts.staff import Staff
from billing.actions.change_visitor_budgets import remove_visitor_budget, set_visitor_budget
from billing.budgets.limits import VISITORS
from billing.models import Budget
from kernel.money import MICRO, format_money
from organisations.staffing.tables import FINANCE, OPERATOR, Act, ReasonForm, StaffTable, site

CHOICES = [(scope.value, scope.label) for scope in Budget.Scope if scope in VISITORS]


class VisitorBudgetForm(ReasonForm):
    """Of whom, how much, and what happens there."""

    scope = forms.ChoiceField(label=_("Whose"), choices=CHOICES, widget=UnfoldAdminSelectWidget)
    limit = forms.DecimalField(
        label=_("A month"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    hard = forms.BooleanField(
        label=_("Answers stop there"), required=False, initial=True, widget=UnfoldBooleanWidget
    )
    grace_percent = forms.IntegerField(
        label=_("Grace, in percent"),
        min_value=0,
        max_value=100,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ("scope", "limit", "hard", "grace_percent", "reason")


def _set(_request: HttpRequest, staff: Staff, _row: None, data: dict[str, Any]) -> None:
    set_visitor_budget(
        staff=staff,
        scope=data["scope"],
        limit=int(data["limit"] * MICRO),
        hard=data["hard"],
        grace_percent=data["grace_percent"],
        reason=data["reason"],
    )


def _remove(_request: HttpRequest, staff: Staff, row: Budget, data: dict[str, Any]) -> None:
    remove_visitor_budget(staff=staff, budget_id=row.pk, reason=data["reason"])


@admin.register(Budget, site=site)
class BudgetTable(StaffTable):
    """What visitors may spend. Organisations' own budgets are theirs."""

    roles = FINANCE | OPERATOR
    label = _("Budgets of visitors")
    icon = "no_accounts"
    list_display = ("scope", "allowed", "is_hard", "grace_percent", "created_at")
    ordering = ("scope",)
    fields = ("scope", "allowed", "is_hard", "grace_percent", "created_at")
    making = Act("new", _("Set a budget"), _("It holds from this month on."), _set, form=VisitorBudgetForm)
    acts = (
        Act("remove", _("Remove"), _("Only the platform's allowance limits visitors from then on."), _remove),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """Those of visitors alone."""
        rows: QuerySet[Budget] = super().get_queryset(request).filter(scope__in=VISITORS)
        return rows

    @admin.display(description=_("A month"), ordering="limit")
    def allowed(self, row: Budget) -> str:
        """The limit."""
        return format_money(row.limit, settings.CURRENCY)
