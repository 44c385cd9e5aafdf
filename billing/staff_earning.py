"""What creators earn, for the platform's finance: agreements, months, statements, and trade to look into."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.staff import Staff
from billing.actions.change_agreements import end_agreement, make_agreement
from billing.actions.decide_review import clear_review, void_review
from billing.earning.words import RULES, evidence_in_words
from billing.models import EarningReview, MonthClose, ShareAgreement, StatementMonth
from kernel.money import format_money
from organisations.models import Organisation
from organisations.staffing.tables import FINANCE, Act, ReasonForm, StaffTable, site

Data = dict[str, Any]


class AgreementForm(ReasonForm):
    """Whose share, how much and how long."""

    organisation = forms.SlugField(
        label=_("Organisation"), help_text=_("Its public name."), widget=UnfoldAdminTextInputWidget
    )
    percent = forms.DecimalField(
        label=_("Share in percent"),
        help_text=_("Of what is left once the model is paid."),
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    since = forms.DateField(label=_("First day"), widget=UnfoldAdminDateWidget)
    until = forms.DateField(
        label=_("Last day"),
        help_text=_("Empty without an end."),
        required=False,
        widget=UnfoldAdminDateWidget,
    )
    field_order = ("organisation", "percent", "since", "until", "reason")

    def clean_organisation(self) -> Organisation:
        """The organisation of that public name."""
        found = Organisation.objects.filter(slug=self.cleaned_data["organisation"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no organisation of that name."))
        return found


def _make(_request: HttpRequest, staff: Staff, _row: None, data: Data) -> None:
    make_agreement(
        staff=staff,
        organisation_id=data["organisation"].pk,
        share_bp=int(data["percent"] * 100),
        since=data["since"],
        until=data["until"],
        reason=data["reason"],
    )


def _end(_request: HttpRequest, staff: Staff, row: ShareAgreement, data: Data) -> None:
    end_agreement(staff=staff, agreement_id=row.pk, reason=data["reason"])


@admin.register(ShareAgreement, site=site)
class ShareAgreementTable(StaffTable):
    """What creators keep by agreement."""

    roles = FINANCE
    label = _("Agreements on shares")
    icon = "handshake"
    list_display = ("organisation", "percent", "since", "until", "created_by")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug")
    ordering = ("-since",)
    fields = ("organisation", "percent", "since", "until", "reason", "created_by", "created_at")
    making = Act(
        "new",
        _("Make an agreement"),
        _("It holds for what is sold from its first day on. What was sold before keeps its share."),
        _make,
        form=AgreementForm,
    )
    acts = (
        Act(
            "end",
            _("End it now"),
            _("From here on the share of the creator's plan holds, or else the installation's."),
            _end,
            lambda row: row.until is None or row.until > timezone.now(),
        ),
    )

    @admin.display(description=_("Share"), ordering="share_bp")
    def percent(self, row: ShareAgreement) -> str:
        """The share in percent."""
        return str(row)


def _clear(_request: HttpRequest, staff: Staff, row: EarningReview, data: Data) -> None:
    clear_review(staff=staff, review_id=row.pk, reason=data["reason"])


def _void(_request: HttpRequest, staff: Staff, row: EarningReview, data: Data) -> None:
    void_review(staff=staff, review_id=row.pk, reason=data["reason"])


def _open(row: EarningReview) -> bool:
    return row.state == EarningReview.State.OPEN


@admin.register(EarningReview, site=site)
class EarningReviewTable(StaffTable):
    """Trade that looks as if it were not real. What it earned is not paid out until it is decided."""

    roles = FINANCE
    label = _("Earnings to look into")
    icon = "policy"
    list_display = ("organisation", "payer", "state", "sum", "rules", "opened_at")
    list_select_related = ("organisation",)
    list_filter = ("state",)
    search_fields = ("organisation__name", "organisation__slug", "public_id")
    ordering = ("-state", "-held")
    fields = (
        "organisation",
        "payer",
        "state",
        "sum",
        "since",
        "until",
        "why",
        "opened_at",
        "decided_at",
        "decided_by",
        "reason",
    )
    acts = (
        Act(
            "clear",
            _("It was real"),
            _("What it earned is held no longer. Later trade between the two is looked at again."),
            _clear,
            _open,
        ),
        Act(
            "void",
            _("It was not real"),
            _(
                "What it earned is taken back from the creator, where it was paid out from later earnings. The buyer gets nothing back."
            ),
            _void,
            _open,
        ),
    )

    @admin.display(description=_("Customer"))
    def payer(self, row: EarningReview) -> str:
        """Who bought."""
        found = Organisation.objects.filter(pk=row.payer_id).first()
        return str(found or row.payer_id)

    @admin.display(description=_("Earned by it"), ordering="held")
    def sum(self, row: EarningReview) -> str:
        """What it earned."""
        return format_money(row.held, settings.CURRENCY)

    @admin.display(description=_("Found by"))
    def rules(self, row: EarningReview) -> str:
        """The rules in short."""
        return ", ".join(str(RULES[one["rule"]][0]) for one in row.evidence)

    @admin.display(description=_("Evidence"))
    def why(self, row: EarningReview) -> SafeString:
        """Each rule's evidence, a line each."""
        return format_html_join("", "<p>{}</p>", ((line,) for line in evidence_in_words(row.evidence)))


@admin.register(MonthClose, site=site)
class MonthCloseTable(StaffTable):
    """The months' books."""

    roles = FINANCE
    label = _("Months")
    icon = "calendar_month"
    list_display = ("month", "state", "books_closed_at", "closed_at")
    ordering = ("-month",)
    fields = ("month", "state", "started_at", "books_closed_at", "closed_at", "moved", "wrong")

    @admin.display(description=_("Moved, by account"))
    def moved(self, row: MonthClose) -> SafeString:
        """What moved in each account; a debit is positive."""
        sums = sorted(row.figures.get("accounts", {}).items())
        lines = ((kind, format_money(amount, settings.CURRENCY)) for kind, amount in sums)
        return format_html_join("", "<p>{}: {}</p>", lines)

    @admin.display(description=_("Differences"))
    def wrong(self, row: MonthClose) -> SafeString:
        """Where the books do not agree."""
        rows = row.figures.get("differences", [])
        lines = ((one["check"], one["owner"] or "", one["expected"], one["found"]) for one in rows)
        return format_html_join("", "<p>{} {}: {} ≠ {}</p>", lines)


@admin.register(StatementMonth, site=site)
class StatementTable(StaffTable):
    """What creators earned, by month."""

    roles = FINANCE
    label = _("Statements")
    icon = "receipt_long"
    list_display = ("month", "organisation", "in_month", "owed", "published_at")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__slug", "public_id")
    ordering = ("-month", "-closing")
    date_hierarchy = "month"
    fields = ("month", "organisation", "in_month", "owed", "transactions", "published_at")

    @admin.display(description=_("Earned"), ordering="earned")
    def in_month(self, row: StatementMonth) -> str:
        """What was earned in the month."""
        return format_money(row.earned, settings.CURRENCY)

    @admin.display(description=_("Owed at its end"), ordering="closing")
    def owed(self, row: StatementMonth) -> str:
        """What was owed at the month's end."""
        return format_money(row.closing, settings.CURRENCY)


__all__ = ["EarningReviewTable", "MonthCloseTable", "ShareAgreementTable", "StatementTable"]
