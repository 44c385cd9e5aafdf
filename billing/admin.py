"""Allowances and sums of use, for the platform's finance. Who asked what is not shown."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.staff import Staff
from billing import staff_business as staff_business  # its page joins the staff's
from billing.actions.change_allowance import change_allowance
from billing.models import AllowancePeriod, UsageDaily
from billing.staff_budgets import BudgetTable
from billing.staff_coupons import CouponTable
from billing.staff_earning import (
    EarningReviewTable,
    MonthCloseTable,
    ShareAgreementTable,
    StatementTable,
)
from billing.staff_metered import MeterReportTable
from billing.staff_metering import MeteringCheckTable
from billing.staff_payments import BalanceLineTable, PaymentTable, StripeEventTable
from billing.staff_payouts import PayoutAccountTable, PayoutFileTable, PayoutTable
from billing.staff_plans import OrganisationPlanTable, PlanTable
from billing.staff_selling import RefundTable, SaleTable
from billing.staff_wallet import CreditRefundTable, SubscriptionTable, WalletTable
from kernel.money import MICRO, format_money
from organisations.staffing.tables import FINANCE, Act, ReasonForm, StaffTable, site


class AllowanceForm(ReasonForm):
    """A new monthly limit."""

    limit = forms.DecimalField(
        label=_("A month"),
        min_value=0,
        max_value=1_000_000_000,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    field_order = ("limit", "reason")


def _change(_request: HttpRequest, staff: Staff, row: AllowancePeriod, data: dict[str, Any]) -> None:
    change_allowance(
        staff=staff,
        organisation_id=row.organisation_id,
        limit=int(data["limit"] * MICRO),
        reason=data["reason"],
    )


@admin.register(AllowancePeriod, site=site)
class AllowanceTable(StaffTable):
    """What organisations may spend in a month, and how much of it is gone."""

    roles = FINANCE
    label = _("Allowances")
    icon = "account_balance_wallet"
    list_display = ("organisation", "month", "allowed", "gone", "kept")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug")
    ordering = ("-month", "organisation__name")
    fields = ("organisation", "month", "allowed", "gone", "kept")
    acts = (
        Act(
            "change",
            _("Change the limit"),
            _("It holds from this month on; where the organisation has a plan, for this month."),
            _change,
            form=AllowanceForm,
        ),
    )

    @admin.display(description=_("Limit"), ordering="limit")
    def allowed(self, row: AllowancePeriod) -> str:
        """The limit."""
        return format_money(row.limit, settings.CURRENCY)

    @admin.display(description=_("Spent"), ordering="spent")
    def gone(self, row: AllowancePeriod) -> str:
        """What was spent."""
        return format_money(row.spent, settings.CURRENCY)

    @admin.display(description=_("Reserved"), ordering="reserved")
    def kept(self, row: AllowancePeriod) -> str:
        """What is kept for calls under way."""
        return format_money(row.reserved, settings.CURRENCY)


@admin.register(UsageDaily, site=site)
class UsageTable(StaffTable):
    """Each day's sums by organisation and model."""

    roles = FINANCE
    label = _("Use, by day")
    icon = "monitoring"
    list_display = (
        "day",
        "organisation",
        "model",
        "answers",
        "calls",
        "input_tokens",
        "output_tokens",
        "sum",
    )
    list_filter = ("model",)
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug", "model")
    ordering = ("-day", "organisation__name")
    date_hierarchy = "day"
    fields = ("day", "organisation", "model", "answers", "calls", "input_tokens", "output_tokens", "sum")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UsageDaily]:
        # Names of assistants are the organisation's own business.
        return cast(QuerySet[UsageDaily], super().get_queryset(request).defer("product", "product_name"))

    @admin.display(description=_("Cost"), ordering="cost")
    def sum(self, row: UsageDaily) -> str:
        """What it cost."""
        return format_money(row.cost, settings.CURRENCY)


__all__ = [
    "AllowanceTable",
    "BalanceLineTable",
    "BudgetTable",
    "CouponTable",
    "CreditRefundTable",
    "EarningReviewTable",
    "MeterReportTable",
    "MeteringCheckTable",
    "MonthCloseTable",
    "OrganisationPlanTable",
    "PaymentTable",
    "PayoutAccountTable",
    "PayoutFileTable",
    "PayoutTable",
    "PlanTable",
    "RefundTable",
    "SaleTable",
    "ShareAgreementTable",
    "StatementTable",
    "StripeEventTable",
    "SubscriptionTable",
    "UsageTable",
    "WalletTable",
]
