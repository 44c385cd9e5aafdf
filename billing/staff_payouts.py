"""Payouts, where they go, and the files for the bank, for the platform's finance."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.staff import Staff
from billing.actions.make_payout_file import (
    approve_payout_file,
    discard_payout_file,
    make_payout_file,
    read_payout_file,
)
from billing.actions.settle_payout import (
    hold_payouts,
    mark_file_paid,
    mark_payout_failed,
    mark_payout_paid,
    release_payouts,
    retry_payout,
    reverse_payout,
)
from billing.models import Payout, PayoutAccount, PayoutFile
from kernel.money import format_money
from organisations.staffing.tables import FINANCE, Act, ReasonForm, StaffTable, site

Data = dict[str, Any]
State, FileState = Payout.State, PayoutFile.State
BANK, STRIPE = PayoutAccount.Method.BANK, PayoutAccount.Method.STRIPE
TYPES = {"csv": "text/csv; charset=utf-8", "xml": "application/xml"}


class PaidForm(ReasonForm):
    """What the bank calls it."""

    reference = forms.CharField(
        label=_("The bank's reference"), max_length=140, required=False, widget=UnfoldAdminTextInputWidget
    )
    field_order = ("reference", "reason")


def _money(micro: int) -> str:
    return format_money(micro, settings.CURRENCY, places=2)


def _paid(_request: HttpRequest, staff: Staff, row: Payout, data: Data) -> None:
    mark_payout_paid(staff=staff, payout_id=row.pk, reason=data["reason"], reference=data["reference"])


def _failed(_request: HttpRequest, staff: Staff, row: Payout, data: Data) -> None:
    mark_payout_failed(staff=staff, payout_id=row.pk, reason=data["reason"])


def _retry(_request: HttpRequest, staff: Staff, row: Payout, data: Data) -> None:
    retry_payout(staff=staff, payout_id=row.pk, reason=data["reason"])


def _reverse(_request: HttpRequest, staff: Staff, row: Payout, data: Data) -> None:
    reverse_payout(staff=staff, payout_id=row.pk, reason=data["reason"])


@admin.register(Payout, site=site)
class PayoutTable(StaffTable):
    """Each sum that creators are paid, and what came of it."""

    roles = FINANCE
    label = _("Payouts")
    icon = "payments"
    list_display = ("created_at", "organisation", "sum", "method", "state", "attempts", "ended_at", "problem")
    list_filter = ("state", "method", "month")
    list_select_related = ("organisation",)
    search_fields = (
        "public_id",
        "transfer_id",
        "organisation__name",
        "organisation__slug",
        "file__public_id",
    )
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "public_id",
        "organisation",
        "sum",
        "back",
        "method",
        "account",
        "state",
        "month",
        "attempts",
        "due_at",
        "transfer_id",
        "file",
        "retry_of",
        "created_at",
        "ended_at",
        "arrived_at",
        "problem",
    )
    acts = (
        Act(
            "paid",
            _("The bank has paid it"),
            _("For a line of an approved file."),
            _paid,
            lambda row: row.method == BANK and row.state == State.SENDING,
            form=PaidForm,
        ),
        Act(
            "failed",
            _("The bank did not pay it, or sent it back"),
            _("The sum is owed to the creator again, who reads the reason."),
            _failed,
            lambda row: row.method == BANK and row.state in (State.SENDING, State.PAID),
        ),
        Act(
            "retry",
            _("Try again"),
            _("What can be paid out now is sent, to the account as it is now."),
            _retry,
            lambda row: row.state == State.FAILED,
        ),
        Act(
            "reverse",
            _("Take it back"),
            _(
                "The transfer is reversed at Stripe, as long as the creator's account there holds the money. Further payouts to them are held."
            ),
            _reverse,
            lambda row: row.method == STRIPE and row.state == State.PAID,
        ),
    )

    @admin.display(description=_("Sum"), ordering="amount")
    def sum(self, row: Payout) -> str:
        """What is paid."""
        return _money(row.amount)

    @admin.display(description=_("Came back"), ordering="reversed")
    def back(self, row: Payout) -> str:
        """What came back after it was paid."""
        return _money(row.reversed)


def _make(_request: HttpRequest, staff: Staff, _row: None, data: Data) -> None:
    make_payout_file(staff=staff, reason=data["reason"])


def _approve(_request: HttpRequest, staff: Staff, row: PayoutFile, data: Data) -> None:
    approve_payout_file(staff=staff, file_id=row.pk, reason=data["reason"])


def _discard(_request: HttpRequest, staff: Staff, row: PayoutFile, data: Data) -> None:
    discard_payout_file(staff=staff, file_id=row.pk, reason=data["reason"])


def _all_paid(_request: HttpRequest, staff: Staff, row: PayoutFile, data: Data) -> None:
    mark_file_paid(staff=staff, file_id=row.pk, reason=data["reason"])


def _csv(_request: HttpRequest, staff: Staff, row: PayoutFile, data: Data) -> HttpResponse:
    return _download(staff, row, "csv", data["reason"])


def _xml(_request: HttpRequest, staff: Staff, row: PayoutFile, data: Data) -> HttpResponse:
    return _download(staff, row, "xml", data["reason"])


def _download(staff: Staff, row: PayoutFile, form: str, reason: str) -> HttpResponse:
    content = read_payout_file(staff=staff, file_id=row.pk, form=form, reason=reason)
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{row.public_id}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _given_out(row: PayoutFile) -> bool:
    return row.state in (FileState.APPROVED, FileState.DONE)


@admin.register(PayoutFile, site=site)
class PayoutFileTable(StaffTable):
    """What the bank is to pay: made by one person, approved by another."""

    roles = FINANCE
    label = _("Payout files")
    icon = "account_balance"
    list_display = ("public_id", "state", "count", "sum", "made_by_name", "made_at", "approved_by_name")
    list_filter = ("state",)
    search_fields = ("public_id", "digest")
    ordering = ("-made_at",)
    fields = (
        "public_id",
        "state",
        "count",
        "sum",
        "digest",
        "made_by_name",
        "made_at",
        "approved_by_name",
        "approved_at",
        "lines",
    )
    making = Act(
        "new",
        _("Make a payout file"),
        _(
            "All payouts that wait for the bank. Another person of finance approves it before it is given out."
        ),
        _make,
    )
    acts = (
        Act(
            "approve",
            _("Approve it"),
            _("You have compared lines and sum with what is owed. Whoever made the file cannot approve it."),
            _approve,
            lambda row: row.state == FileState.MADE,
        ),
        Act(
            "discard",
            _("Discard it"),
            _("Its payouts wait for the next file."),
            _discard,
            lambda row: row.state == FileState.MADE,
        ),
        Act("csv", _("Take the table (CSV)"), _("It holds whole account numbers."), _csv, _given_out),
        Act(
            "xml",
            _("Take the bank's file (pain.001)"),
            _("It holds whole account numbers. The operator's own account comes from PAYOUT_DEBTOR_IBAN."),
            _xml,
            lambda row: _given_out(row) and bool(settings.PAYOUT_DEBTOR_IBAN),
        ),
        Act(
            "paid",
            _("The bank has paid all of it"),
            _("Lines that failed are marked in the table of payouts before."),
            _all_paid,
            lambda row: row.state == FileState.APPROVED,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutFile]:
        return super().get_queryset(request).defer("content")  # type: ignore[no-any-return]

    @admin.display(description=_("Sum"), ordering="total")
    def sum(self, row: PayoutFile) -> str:
        """What the bank is to pay."""
        return _money(row.total)

    @admin.display(description=_("Lines"))
    def lines(self, row: PayoutFile) -> SafeString:
        """Each payout: who, where to, how much and what came of it."""
        payouts = Payout.objects.across_organisations(reason="lines of a payout file").filter(file=row)
        rows = payouts.select_related("organisation", "account").order_by("pk")
        return format_html_join(
            "",
            "<p>{} · {} …{} · {} · {}</p>",
            (
                (
                    one.organisation,
                    one.account.holder,
                    one.account.last4,
                    _money(one.amount),
                    one.get_state_display(),
                )
                for one in rows
            ),
        )


def _hold(_request: HttpRequest, staff: Staff, row: PayoutAccount, data: Data) -> None:
    hold_payouts(staff=staff, account_id=row.pk, reason=data["reason"])


def _release(_request: HttpRequest, staff: Staff, row: PayoutAccount, data: Data) -> None:
    release_payouts(staff=staff, account_id=row.pk, reason=data["reason"])


@admin.register(PayoutAccount, site=site)
class PayoutAccountTable(StaffTable):
    """Where creators are paid to. Account numbers are not shown."""

    roles = FINANCE
    label = _("Payout accounts")
    icon = "account_balance_wallet"
    list_display = (
        "organisation",
        "method",
        "country",
        "last4",
        "ready",
        "paused_until",
        "held_since",
        "ended_at",
    )
    list_filter = ("method", "ready")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug", "account_id", "public_id")
    ordering = ("-created_at",)
    fields = (
        "organisation",
        "method",
        "country",
        "holder",
        "last4",
        "account_id",
        "ready",
        "problem",
        "paused_until",
        "held_since",
        "held_reason",
        "created_at",
        "ended_at",
    )
    acts = (
        Act(
            "hold",
            _("Hold payouts"),
            _(
                "Nothing is paid to this organisation until you release it, also after it changes its account."
            ),
            _hold,
            lambda row: row.ended_at is None and row.held_since is None,
        ),
        Act(
            "release",
            _("Release payouts"),
            _("The next payout is made as usual."),
            _release,
            lambda row: row.ended_at is None and row.held_since is not None,
        ),
    )


__all__ = ["PayoutAccountTable", "PayoutFileTable", "PayoutTable"]
