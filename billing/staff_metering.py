"""Checks of use, ledger and wallets, for the platform's finance and operators."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from billing.actions.check_metering import check_by_hand
from billing.actions.repair_usage import repair_after_check
from billing.models import MeteringCheck
from organisations.staffing.tables import FINANCE, OPERATOR, Act, StaffTable, site


def _check(_request: HttpRequest, staff: Staff, _row: None, data: dict[str, Any]) -> None:
    check_by_hand(staff=staff, reason=data["reason"])


def _repair(_request: HttpRequest, staff: Staff, row: MeteringCheck, data: dict[str, Any]) -> None:
    repair_after_check(staff=staff, check_id=row.pk, reason=data["reason"])


def _has_wrong_sums(row: MeteringCheck) -> bool:
    return row.state == MeteringCheck.State.DIFFERS and any(
        one["where"] in ("days", "hours") for one in row.differences
    )


@admin.register(MeteringCheck, site=site)
class MeteringCheckTable(StaffTable):
    """What each check compared and found."""

    roles = FINANCE | OPERATOR
    label = _("Checks of money")
    icon = "rule"
    list_display = ("started_at", "state", "found", "records", "seconds")
    list_filter = ("state",)
    ordering = ("-started_at",)
    fields = ("started_at", "state", "first_day", "records", "found", "what", "seconds")
    making = Act(
        "new",
        _("Check now"),
        _(
            "Compares the sums of the last weeks with their records, and the whole ledger with sums and wallets."
        ),
        _check,
    )
    acts = (
        Act(
            "repair",
            _("Make the sums again"),
            _(
                "The sums that were compared are made again from their records. What was posted too much or too little"
                " is posted as a correction within a minute; nothing in the ledger is changed. Wallets are left alone."
            ),
            _repair,
            _has_wrong_sums,
        ),
    )

    @admin.display(description=_("What differs"))
    def what(self, row: MeteringCheck) -> SafeString:
        """The first differences, one a line."""
        lines = "\n".join(json.dumps(one, sort_keys=True) for one in row.differences)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', lines or "–")
