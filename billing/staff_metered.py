"""What the payment provider was told of use on plans' invoices, for the platform's finance."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from billing.actions.decide_meter_report import decide_meter_report
from billing.models import MeterReport
from organisations.staffing.tables import FINANCE, Act, StaffTable, site

Data = dict[str, Any]


def _counted(_request: HttpRequest, staff: Staff, row: MeterReport, data: Data) -> None:
    decide_meter_report(staff=staff, key=row.pk, counted=True, reason=data["reason"])


def _not_counted(_request: HttpRequest, staff: Staff, row: MeterReport, data: Data) -> None:
    decide_meter_report(staff=staff, key=row.pk, counted=False, reason=data["reason"])


def _is_unclear(row: MeterReport) -> bool:
    return row.state == MeterReport.State.UNCLEAR


@admin.register(MeterReport, site=site)
class MeterReportTable(StaffTable):
    """Each report of use, and whether the provider has it."""

    roles = FINANCE
    label = _("Use on plans' invoices")
    icon = "speed"
    list_display = ("public_id", "organisation", "units", "state", "created_at", "tried_at", "problem")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("public_id", "customer", "organisation__name", "organisation__slug")
    ordering = ("-created_at",)
    fields = (
        "public_id",
        "organisation",
        "units",
        "customer",
        "livemode",
        "state",
        "created_at",
        "tried_at",
        "ended_at",
        "problem",
    )
    acts = (
        Act(
            "counted",
            _("It was counted"),
            _("The payment provider shows an event of this name. Nothing is told again."),
            _counted,
            _is_unclear,
        ),
        Act(
            "not-counted",
            _("It was not counted"),
            _("The payment provider shows none. The use is in the organisation's next report."),
            _not_counted,
            _is_unclear,
        ),
    )
