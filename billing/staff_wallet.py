"""Wallets, credit, plans that are paid for, and credit that goes back, for the platform's finance."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.staff import Staff
from billing.actions.grant_credit import grant_credit
from billing.actions.refund_credit import refund_credit
from billing.models import CreditRefund, Payment, Subscription, Wallet
from billing.staff_plans import PutForm
from kernel.money import MICRO, format_money
from organisations.staffing.tables import FINANCE, Act, ReasonForm, StaffTable, site

Data = dict[str, Any]


class AmountForm(ReasonForm):
    """How much. `key` names one filling of the form: sent twice, it counts once."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=0.01,
        max_value=1_000_000,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid.uuid4().hex)
    field_order: tuple[str, ...] = ("amount", "reason", "key")


class GrantForm(AmountForm, PutForm):
    """How much, and to whom."""

    field_order: tuple[str, ...] = ("organisation", "amount", "reason", "key")


def _micro(data: Data) -> int:
    return int(data["amount"] * MICRO)


def _grant(_request: HttpRequest, staff: Staff, row: Wallet | None, data: Data) -> None:
    owner = row.organisation_id if row is not None else data["organisation"].pk
    grant_credit(
        staff=staff, organisation_id=owner, amount=_micro(data), reason=data["reason"], key=data["key"]
    )


def _send_back(_request: HttpRequest, staff: Staff, row: Payment, data: Data) -> None:
    refund_credit(staff=staff, payment_id=row.public_id, amount=_micro(data), reason=data["reason"])


def _left(row: Payment) -> Data:
    left = row.paid - row.refunded
    return {"amount": f"{left // MICRO}.{left % MICRO // 10_000:02}"}


SEND_BACK = Act(
    "send-back",
    _("Send credit back"),
    _(
        "Unused credit leaves the wallet and goes, with its tax, to the card that paid it. Nothing that creators earned"
        " is touched; credit that was spent stays spent."
    ),
    _send_back,
    lambda row: (
        row.purpose == Payment.Purpose.TOP_UP
        and row.state == Payment.State.PAID
        and not row.disputed
        and row.paid > row.refunded
    ),
    form=AmountForm,
    initial=_left,
)


@admin.register(Wallet, site=site)
class WalletTable(StaffTable):
    """What customers have prepaid."""

    roles = FINANCE
    label = _("Wallets")
    icon = "wallet"
    list_display = ("organisation", "credit", "held")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug")
    ordering = ("organisation__name",)
    fields = ("organisation", "credit", "held")
    making = Act(
        "new",
        _("Grant credit"),
        _("The platform bears it: it is posted as a promotion. The organisation sees it in its wallet."),
        _grant,
        form=GrantForm,
    )
    acts = (
        Act(
            "grant",
            _("Grant credit"),
            _("The platform bears it: it is posted as a promotion. The organisation sees it in its wallet."),
            _grant,
            form=AmountForm,
        ),
    )

    @admin.display(description=_("Credit"), ordering="balance")
    def credit(self, row: Wallet) -> str:
        """What it holds."""
        return format_money(row.balance, settings.CURRENCY)

    @admin.display(description=_("Held"), ordering="reserved")
    def held(self, row: Wallet) -> str:
        """What is kept for answers under way."""
        return format_money(row.reserved, settings.CURRENCY)


@admin.register(Subscription, site=site)
class SubscriptionTable(StaffTable):
    """Plans that organisations pay for."""

    roles = FINANCE
    label = _("Subscriptions")
    icon = "autorenew"
    list_display = ("organisation", "plan", "state", "price", "period_end", "ends", "grace_until")
    list_filter = ("state", "plan")
    list_select_related = ("organisation", "plan")
    search_fields = ("public_id", "subscription_id", "organisation__name", "organisation__slug")
    ordering = ("-created_at",)
    fields = (
        "public_id",
        "organisation",
        "plan",
        "state",
        "price",
        "period_end",
        "ends",
        "grace_until",
        "subscription_id",
        "created_at",
        "started_at",
        "ended_at",
    )

    @admin.display(description=_("A month"), ordering="amount")
    def price(self, row: Subscription) -> str:
        """What it costs a month, without tax."""
        return format_money(row.amount, settings.CURRENCY)


@admin.register(CreditRefund, site=site)
class CreditRefundTable(StaffTable):
    """Unused credit that finance sent back."""

    roles = FINANCE
    label = _("Credit sent back")
    icon = "undo"
    list_display = ("created_at", "organisation", "sum", "tax_part", "state", "problem")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("public_id", "refund_id", "organisation__name", "organisation__slug")
    ordering = ("-created_at",)
    fields = (
        "public_id",
        "organisation",
        "payment",
        "sum",
        "tax_part",
        "state",
        "refund_id",
        "problem",
        "created_at",
        "ended_at",
    )

    @admin.display(description=_("Amount"), ordering="amount")
    def sum(self, row: CreditRefund) -> str:
        """What goes back, with tax."""
        return format_money(row.amount, settings.CURRENCY)

    @admin.display(description=_("Tax"), ordering="tax")
    def tax_part(self, row: CreditRefund) -> str:
        """How much of it is tax."""
        return format_money(row.tax, settings.CURRENCY)
