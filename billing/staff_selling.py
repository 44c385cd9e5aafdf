"""Payments for assistants and requests for money back, for the platform's finance."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from billing.actions.refund_purchase import staff_decide_refund, staff_refund_sale
from billing.models import RefundRequest, Sale
from kernel.money import format_money
from organisations.staffing.tables import FINANCE, Act, StaffTable, site


def _is_kept(row: Sale) -> bool:
    return row.refunded_at is None


def _is_open(row: RefundRequest) -> bool:
    return row.state == RefundRequest.State.OPEN


def _refund(_request: HttpRequest, staff: Staff, row: Sale, data: dict[str, Any]) -> None:
    staff_refund_sale(staff=staff, sale_id=row.public_id, reason=data["reason"])


def _grant(_request: HttpRequest, staff: Staff, row: RefundRequest, data: dict[str, Any]) -> None:
    staff_decide_refund(staff=staff, request_id=row.public_id, granted=True, reason=data["reason"])


def _decline(_request: HttpRequest, staff: Staff, row: RefundRequest, data: dict[str, Any]) -> None:
    staff_decide_refund(staff=staff, request_id=row.public_id, granted=False, reason=data["reason"])


@admin.register(Sale, site=site)
class SaleTable(StaffTable):
    """Every payment for an assistant out of a wallet, and how it was shared."""

    roles = FINANCE
    label = _("Sales")
    icon = "receipt_long"
    list_display = ("created_at", "organisation", "product", "kind", "paid", "fees", "earned", "refunded_at")
    list_filter = ("kind",)
    list_select_related = ("organisation",)
    search_fields = ("public_id", "product", "organisation__name", "organisation__slug")
    ordering = ("-created_at",)
    fields = (
        "public_id",
        "created_at",
        "organisation",
        "product",
        "kind",
        "paid",
        "fees",
        "earned",
        "refunded_at",
    )
    acts = (
        Act(
            "refund",
            _("Pay it back"),
            _(
                "Into the wallet that paid, out of the creator's share and the fee; the platform bears the model's cost."
            ),
            _refund,
            offered=_is_kept,
        ),
    )

    @admin.display(description=_("Paid"), ordering="amount")
    def paid(self, row: Sale) -> str:
        """What the buyer paid."""
        return format_money(row.amount, settings.CURRENCY)

    @admin.display(description=_("Fee"), ordering="fee")
    def fees(self, row: Sale) -> str:
        """What the platform kept."""
        return format_money(row.fee, settings.CURRENCY)

    @admin.display(description=_("Creator"), ordering="share")
    def earned(self, row: Sale) -> str:
        """What the creator earned."""
        return format_money(row.share, settings.CURRENCY)


@admin.register(RefundRequest, site=site)
class RefundTable(StaffTable):
    """What buyers want back, whoever decides it first."""

    roles = FINANCE
    label = _("Refunds asked for")
    icon = "undo"
    list_display = ("created_at", "organisation", "product_name", "sum", "state")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("public_id", "sale_id", "organisation__name")
    ordering = ("-created_at",)
    fields = ("created_at", "organisation", "product_name", "sum", "reason", "state", "answer", "decided_at")
    acts = (
        Act("grant", _("Pay it back"), _("The buyer gets it into the wallet."), _grant, offered=_is_open),
        Act("decline", _("Decline"), _("The buyer reads the reason."), _decline, offered=_is_open),
    )

    @admin.display(description=_("Amount"), ordering="amount")
    def sum(self, row: RefundRequest) -> str:
        """What was paid."""
        return format_money(row.amount, settings.CURRENCY)
