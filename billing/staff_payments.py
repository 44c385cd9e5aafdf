"""Stripe's news, payments, and its balance against the ledger, for the platform's finance."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from billing.actions.handle_stripe_event import (
    STUCK,
    UNSOLVED,
    retry_stripe_event,
    set_stripe_event_aside,
)
from billing.models import BalanceLine, Payment, StripeEvent
from billing.staff_wallet import SEND_BACK
from kernel.money import format_money
from organisations.staffing.tables import FINANCE, Act, StaffTable, site

Data = dict[str, Any]


def _retry(_request: HttpRequest, staff: Staff, row: StripeEvent, data: Data) -> None:
    retry_stripe_event(staff=staff, key=row.pk, reason=data["reason"])


def _set_aside(_request: HttpRequest, staff: Staff, row: StripeEvent, data: Data) -> None:
    set_stripe_event_aside(staff=staff, key=row.pk, reason=data["reason"])


@admin.register(StripeEvent, site=site)
class StripeEventTable(StaffTable):
    """Each event that Stripe told us of, and what came of it."""

    roles = FINANCE
    label = _("Payment events")
    icon = "inbox"
    list_display = ("type", "object_id", "state", "attempts", "deliveries", "received_at", "problem")
    list_filter = ("state", "type")
    search_fields = ("event_id", "object_id", "account", "type")
    ordering = ("-received_at",)
    fields = (
        "event_id",
        "type",
        "account",
        "object_type",
        "object_id",
        "livemode",
        "occurred_at",
        "received_at",
        "deliveries",
        "state",
        "attempts",
        "due_at",
        "problem",
        "ended_at",
    )
    acts = (
        Act(
            "retry",
            _("Try again"),
            _(
                "The object is fetched from the payment provider anew and acted on. What had its effect has it once."
            ),
            _retry,
            lambda row: row.state in STUCK,
        ),
        Act(
            "set-aside",
            _("Set aside"),
            _("Nothing is to be done about it."),
            _set_aside,
            lambda row: row.state in UNSOLVED,
        ),
    )


@admin.register(Payment, site=site)
class PaymentTable(StaffTable):
    """What was paid through Stripe, and what was not."""

    roles = FINANCE
    label = _("Payments")
    icon = "credit_card"
    list_display = (
        "public_id",
        "organisation",
        "purpose",
        "state",
        "asked",
        "arrived",
        "given_back",
        "created_at",
        "problem",
    )
    list_filter = ("state", "purpose")
    list_select_related = ("organisation",)
    search_fields = (
        "public_id",
        "session_id",
        "payment_intent",
        "invoice_id",
        "organisation__name",
        "organisation__slug",
    )
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "public_id",
        "organisation",
        "purpose",
        "state",
        "asked",
        "arrived",
        "taxed",
        "given_back",
        "contested",
        "session_id",
        "payment_intent",
        "invoice_id",
        "created_at",
        "paid_at",
        "problem",
    )

    acts = (SEND_BACK,)

    @admin.display(description=_("Asked for"), ordering="amount")
    def asked(self, row: Payment) -> str:
        """What was asked for, without tax."""
        return format_money(row.amount, settings.CURRENCY)

    @admin.display(description=_("Paid"), ordering="paid")
    def arrived(self, row: Payment) -> str:
        """What was paid, with tax."""
        return format_money(row.paid, settings.CURRENCY)

    @admin.display(description=_("Tax"), ordering="tax")
    def taxed(self, row: Payment) -> str:
        """How much of it is tax."""
        return format_money(row.tax, settings.CURRENCY)

    @admin.display(description=_("Refunded"), ordering="refunded")
    def given_back(self, row: Payment) -> str:
        """What was given back."""
        return format_money(row.refunded, settings.CURRENCY)

    @admin.display(description=_("Disputed"), ordering="disputed")
    def contested(self, row: Payment) -> str:
        """What the customer's bank took back."""
        return format_money(row.disputed, settings.CURRENCY)


@admin.register(BalanceLine, site=site)
class BalanceLineTable(StaffTable):
    """The balance at Stripe, line by line, against the ledger's cash."""

    roles = FINANCE
    label = _("Balance at the payment provider")
    icon = "balance"
    list_display = ("occurred_at", "type", "reference", "moved", "kept", "booked", "state")
    list_filter = ("state", "type")
    search_fields = ("line_id", "source", "reference")
    ordering = ("-occurred_at",)
    date_hierarchy = "occurred_at"
    fields = (
        "line_id",
        "type",
        "source",
        "reference",
        "moved",
        "kept",
        "booked",
        "state",
        "occurred_at",
        "checked_at",
    )

    @admin.display(description=_("Moved"), ordering="amount")
    def moved(self, row: BalanceLine) -> str:
        """What came in, or went out."""
        return format_money(row.amount, settings.CURRENCY)

    @admin.display(description=_("Fee"), ordering="fee")
    def kept(self, row: BalanceLine) -> str:
        """What the payment provider kept."""
        return format_money(row.fee, settings.CURRENCY)

    @admin.display(description=_("Cash in the ledger"), ordering="in_ledger")
    def booked(self, row: BalanceLine) -> str:
        """What the ledger moved for the same payment or transfer."""
        return format_money(row.in_ledger, settings.CURRENCY)
