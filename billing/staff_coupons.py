"""Codes that lessen what people pay, for the platform's finance."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.staff import Staff
from billing.actions.change_coupons import MOST_MONTHS, end_coupon, make_coupon, send_coupon
from billing.models import Coupon
from billing.subscriptions.queries import plans_for_money
from kernel.money import MICRO, format_money
from organisations.staffing.tables import FINANCE, Act, ReasonForm, StaffTable, site

Data = dict[str, Any]


def _plans() -> list[tuple[str, str]]:
    return list(plans_for_money().values_list("code", "name"))


class CouponForm(ReasonForm):
    """A code, what it lets off, of what, and how long."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("What people enter on the payment page: capital letters and digits."),
        min_length=3,
        max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", _("Use letters and digits only."))],
        widget=UnfoldAdminTextInputWidget,
    )
    percent = forms.IntegerField(
        label=_("Percent off"),
        help_text=_("This or an amount."),
        required=False,
        min_value=1,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    amount = forms.DecimalField(
        label=_("Amount off"),
        help_text=_("Off each payment that it holds for, in the currency of this installation."),
        required=False,
        min_value=0.01,
        max_value=1_000_000,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    duration = forms.ChoiceField(
        label=_("It holds for"), choices=Coupon.Duration.choices, widget=UnfoldAdminSelectWidget
    )
    months = forms.IntegerField(
        label=_("Months"),
        help_text=_("Where it holds for some months."),
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    plans = forms.MultipleChoiceField(
        label=_("Plans"),
        help_text=_("None chosen: every plan that is offered for money now."),
        choices=_plans,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    everything = forms.BooleanField(
        label=_("Also when a wallet is topped up"),
        help_text=_("For all plans then. The wallet gets the whole credit; you bear what the code lets off."),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    most = forms.IntegerField(
        label=_("Times at most"),
        help_text=_("By all customers together. Empty for any number."),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Empty without an end."),
        required=False,
        widget=UnfoldAdminSingleDateWidget,
    )
    field_order = (
        "code",
        "percent",
        "amount",
        "duration",
        "months",
        "plans",
        "everything",
        "most",
        "expires_on",
        "reason",
    )

    def clean(self) -> Data:
        """One of two sums, and months where it repeats."""
        data = super().clean() or {}
        if not self.errors and (data["percent"] is None) == (data["amount"] is None):
            self.add_error("percent", _("Give a percentage or an amount, not both."))
        if not self.errors and (data["duration"] == Coupon.Duration.REPEATING) != (
            data["months"] is not None
        ):
            self.add_error("months", _("Say how many months, for some months only."))
        if data.get("everything") and data.get("plans"):
            self.add_error("plans", _("A code for wallets is for every plan. Choose none."))
        return data


def _make(_request: HttpRequest, staff: Staff, _row: None, data: Data) -> None:
    plans = [] if data["everything"] else data["plans"] or [code for code, _name in _plans()]
    last = data["expires_on"]
    make_coupon(
        staff=staff,
        code=data["code"].upper(),
        percent=data["percent"],
        amount=None if data["amount"] is None else int(data["amount"] * MICRO),
        duration=data["duration"],
        months=data["months"],
        plans=plans,
        everything=data["everything"],
        most=data["most"],
        expires_at=timezone.make_aware(datetime.combine(last, time(23, 59, 59))) if last else None,
        reason=data["reason"],
    )


def _send(_request: HttpRequest, staff: Staff, row: Coupon, data: Data) -> None:
    send_coupon(staff=staff, coupon_id=row.pk, reason=data["reason"])


def _end(_request: HttpRequest, staff: Staff, row: Coupon, data: Data) -> None:
    end_coupon(staff=staff, coupon_id=row.pk, reason=data["reason"])


@admin.register(Coupon, site=site)
class CouponTable(StaffTable):
    """Codes that people enter on the payment provider's page."""

    roles = FINANCE
    label = _("Coupons")
    icon = "confirmation_number"
    list_display = ("code", "off", "holds", "covers", "uses", "expires_at", "stands")
    list_filter = ("duration", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("code", "public_id", "promotion_id")
    ordering = ("-created_at", "-pk")
    fields = (
        "code",
        "public_id",
        "off",
        "holds",
        "covers",
        "uses",
        "expires_at",
        "stands",
        "problem",
        "promotion_id",
        "created_by",
        "created_at",
        "ended_at",
    )
    making = Act(
        "new",
        _("Make a coupon"),
        _(
            "It is made at the payment provider, too, and can be entered on its page at once. It never changes."
        ),
        _make,
        form=CouponForm,
    )
    acts = (
        Act(
            "send",
            _("Send it to the payment provider"),
            _("It did not answer when the coupon was made. Nothing is made twice."),
            _send,
            lambda row: row.promotion_id is None and row.ended_at is None,
        ),
        Act(
            "end",
            _("End it now"),
            _("Nobody can enter it any more. Who entered it keeps what it lets off."),
            _end,
            lambda row: row.ended_at is None,
        ),
    )

    @admin.display(description=_("Off"))
    def off(self, row: Coupon) -> str:
        """What it lets off."""
        return f"{row.percent} %" if row.percent else format_money(row.amount or 0, settings.CURRENCY)

    @admin.display(description=_("It holds for"))
    def holds(self, row: Coupon) -> str:
        """How long."""
        if row.months:
            return ngettext("%(count)s month", "%(count)s months", row.months) % {"count": row.months}
        return str(row.get_duration_display())

    @admin.display(description=_("Of"))
    def covers(self, row: Coupon) -> str:
        """What it is for."""
        return ", ".join(row.plans) or str(_("Plans and credit"))

    @admin.display(description=_("Used"), ordering="used")
    def uses(self, row: Coupon) -> str:
        """How often it was used, of how often it can be."""
        return f"{row.used} / {row.most}" if row.most else str(row.used)

    @admin.display(description=_("State"))
    def stands(self, row: Coupon) -> str:
        """Whether it can be entered."""
        if row.ended_at:
            return str(_("Ended"))
        if row.promotion_id is None:
            return str(_("Not sent yet"))
        run_out = row.most is not None and row.used >= row.most
        if run_out or (row.expires_at is not None and row.expires_at <= timezone.now()):
            return str(_("Run out"))
        return str(_("Can be used"))
