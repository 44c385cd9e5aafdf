"""Plans and who is on them, for the platform's finance and operators."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.staff import Staff
from billing.actions.change_plans import (
    MOST_COUNTED,
    PlanTerms,
    archive_plan,
    create_plan,
    restore_plan,
    update_plan,
)
from billing.actions.put_on_plan import put_on_plan
from billing.models import OrganisationPlan, Plan
from billing.plans import FEATURES
from billing.selling.forms import units
from kernel.money import MICRO, format_money
from kernel.registries import KnowledgeLimits
from organisations.models import Organisation
from organisations.staffing.tables import FINANCE, OPERATOR, Act, ReasonForm, StaffTable, site

Data = dict[str, Any]
MEGABYTE = 1024 * 1024


class PlanForm(ReasonForm):
    """What a plan gives."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    allowance = forms.DecimalField(
        label=_("A month"),
        min_value=0,
        max_value=1_000_000_000,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    member_limit = forms.IntegerField(
        label=_("People at most"),
        help_text=_("Empty for any number."),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    knowledge_files = forms.IntegerField(
        label=_("Sources at most"),
        help_text=_("Files, pages and texts of all assistants. Empty for any number."),
        required=False,
        min_value=0,
        max_value=MOST_COUNTED,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    knowledge_megabytes = forms.DecimalField(
        label=_("Megabytes of sources at most"),
        help_text=_("Empty for any amount."),
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        decimal_places=1,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    knowledge_passages = forms.IntegerField(
        label=_("Passages at most"),
        help_text=_("The pieces that sources are cut into; a page makes two or three. Empty for any number."),
        required=False,
        min_value=0,
        max_value=MOST_COUNTED,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    price = forms.DecimalField(
        label=_("Price a month"),
        help_text=_("0 for a plan that nobody pays for."),
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        required=False,
        initial=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    features = forms.MultipleChoiceField(
        label=_("Includes"),
        choices=list(FEATURES.items()),
        required=False,
        initial=list(FEATURES),
        widget=forms.CheckboxSelectMultiple,
    )
    overage = forms.BooleanField(
        label=_("Goes on beyond the allowance"),
        help_text=_(
            "Answers that the allowance has too little left for are paid from the wallet, or with the invoice."
        ),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    overage_paid_by = forms.ChoiceField(
        label=_("What pays for it"),
        help_text=_(
            "The invoice counts for those who subscribe from then on; where it does not, the wallet pays."
        ),
        choices=Plan.OveragePaidBy.choices,
        required=False,
        initial=Plan.OveragePaidBy.WALLET,
        widget=UnfoldAdminSelectWidget,
    )
    overage_limit = forms.DecimalField(
        label=_("On the invoice at most, a month"),
        help_text=_("Answers stop there. Needed where the invoice pays."),
        required=False,
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    own_key_fee = forms.DecimalField(
        label=_("Fee an answer by an own key"),
        min_value=0,
        max_value=1_000,
        decimal_places=6,
        required=False,
        initial=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    creator_share = forms.DecimalField(
        label=_("Creators keep, in percent"),
        help_text=_("Empty for the installation's part."),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    is_default = forms.BooleanField(
        label=_("The default"),
        help_text=_(
            "It holds for every organisation that was put on no plan. Limits that were set for those by hand end with"
            " the month."
        ),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    field_order: tuple[str, ...] = (
        "name",
        "allowance",
        "member_limit",
        "knowledge_files",
        "knowledge_megabytes",
        "knowledge_passages",
        "price",
        "features",
        "overage",
        "overage_paid_by",
        "overage_limit",
        "own_key_fee",
        "creator_share",
        "is_default",
        "reason",
    )


class NewPlanForm(PlanForm):
    """A plan's code is chosen once."""

    code = forms.SlugField(
        label=_("Code"),
        help_text=_("Small letters, digits and hyphens. It stays for good."),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ("code", *PlanForm.field_order)


class PutForm(ReasonForm):
    """Which organisation."""

    organisation = forms.SlugField(
        label=_("Organisation"), help_text=_("Its public name."), widget=UnfoldAdminTextInputWidget
    )
    field_order: tuple[str, ...] = ("organisation", "reason")

    def clean_organisation(self) -> Organisation:
        """The organisation of that public name."""
        found = Organisation.objects.filter(slug=self.cleaned_data["organisation"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no organisation of that name."))
        return found


def _values(data: Data) -> Data:
    return {
        "name": data["name"],
        "monthly_allowance": int(data["allowance"] * MICRO),
        "member_limit": data["member_limit"],
        "knowledge": KnowledgeLimits(
            data["knowledge_files"],
            None if data["knowledge_megabytes"] is None else int(data["knowledge_megabytes"] * MEGABYTE),
            data["knowledge_passages"],
        ),
        "terms": PlanTerms(
            price=int((data["price"] or 0) * MICRO),
            features=frozenset(data["features"]),
            overage=data["overage"],
            overage_paid_by=data["overage_paid_by"] or Plan.OveragePaidBy.WALLET,
            overage_limit=None if data["overage_limit"] is None else int(data["overage_limit"] * MICRO),
            own_key_fee=int((data["own_key_fee"] or 0) * MICRO),
            creator_share_bp=None if data["creator_share"] is None else int(data["creator_share"] * 100),
        ),
        "is_default": data["is_default"],
        "reason": data["reason"],
    }


def _make(_request: HttpRequest, staff: Staff, _row: None, data: Data) -> None:
    create_plan(staff=staff, code=data["code"], **_values(data))


def _change(_request: HttpRequest, staff: Staff, row: Plan, data: Data) -> None:
    update_plan(staff=staff, plan_id=row.pk, **_values(data))


def _archive(_request: HttpRequest, staff: Staff, row: Plan, data: Data) -> None:
    archive_plan(staff=staff, plan_id=row.pk, reason=data["reason"])


def _restore(_request: HttpRequest, staff: Staff, row: Plan, data: Data) -> None:
    restore_plan(staff=staff, plan_id=row.pk, reason=data["reason"])


def _put(_request: HttpRequest, staff: Staff, row: Plan, data: Data) -> None:
    put_on_plan(staff=staff, organisation_id=data["organisation"].pk, plan_id=row.pk, reason=data["reason"])


def _present(row: Plan) -> Data:
    return {
        "name": row.name,
        "allowance": f"{row.monthly_allowance // MICRO}.{row.monthly_allowance % MICRO // 10_000:02}",
        "member_limit": row.member_limit,
        "knowledge_files": row.knowledge_files,
        "knowledge_megabytes": row.knowledge_bytes and f"{row.knowledge_bytes / MEGABYTE:.1f}",
        "knowledge_passages": row.knowledge_passages,
        "price": units(row.price),
        "features": row.features,
        "overage": row.overage,
        "overage_paid_by": row.overage_paid_by,
        "overage_limit": None if row.overage_limit is None else units(row.overage_limit),
        "own_key_fee": units(row.own_key_fee),
        "creator_share": None if row.creator_share_bp is None else Decimal(row.creator_share_bp) / 100,
        "is_default": row.is_default,
    }


@admin.register(Plan, site=site)
class PlanTable(StaffTable):
    """What organisations can be put on."""

    roles = FINANCE | OPERATOR
    label = _("Plans")
    icon = "sell"
    list_display = ("name", "code", "costs", "allowance", "member_limit", "is_default", "archived_at")
    search_fields = ("name", "code")
    ordering = ("archived_at", "monthly_allowance", "code")
    fields = (
        "name",
        "code",
        "allowance",
        "member_limit",
        "knowledge_files",
        "knowledge_bytes",
        "knowledge_passages",
        "costs",
        "included",
        "overage",
        "overage_paid_by",
        "on_invoice",
        "is_default",
        "created_at",
        "archived_at",
    )
    making = Act("new", _("Make a plan"), _("Organisations can be put on it."), _make, form=NewPlanForm)
    acts = (
        Act(
            "change",
            _("Change"),
            _("The allowance holds from the next month on, the other limits at once. Nothing is removed."),
            _change,
            form=PlanForm,
            initial=_present,
        ),
        Act(
            "put",
            _("Put an organisation on it"),
            _(
                "It has the plan's allowance from this month on. Nobody is removed; but no more people come in than fit."
            ),
            _put,
            lambda row: row.archived_at is None,
            form=PutForm,
        ),
        Act(
            "archive",
            _("Archive"),
            _("It is no longer offered. Organisations that are on it stay on it."),
            _archive,
            lambda row: row.archived_at is None and not row.is_default,
        ),
        Act(
            "restore",
            _("Bring back"),
            _("It is offered again."),
            _restore,
            lambda row: row.archived_at is not None,
        ),
    )

    @admin.display(description=_("A month"), ordering="monthly_allowance")
    def allowance(self, row: Plan) -> str:
        """What it allows in a month."""
        return format_money(row.monthly_allowance, settings.CURRENCY)

    @admin.display(description=_("Price a month"), ordering="price")
    def costs(self, row: Plan) -> str:
        """What it costs a month."""
        return format_money(row.price, settings.CURRENCY)

    @admin.display(description=_("On the invoice at most, a month"), ordering="overage_limit")
    def on_invoice(self, row: Plan) -> str:
        """What of use beyond the allowance may come on its invoice."""
        return "" if row.overage_limit is None else format_money(row.overage_limit, settings.CURRENCY)

    @admin.display(description=_("Includes"))
    def included(self, row: Plan) -> str:
        """What it includes."""
        return ", ".join(str(words) for code, words in FEATURES.items() if code in row.features)


def _take_off(_request: HttpRequest, staff: Staff, row: OrganisationPlan, data: Data) -> None:
    put_on_plan(staff=staff, organisation_id=row.organisation_id, plan_id=None, reason=data["reason"])


@admin.register(OrganisationPlan, site=site)
class OrganisationPlanTable(StaffTable):
    """Which organisations were put on which plan."""

    roles = FINANCE | OPERATOR
    label = _("Organisations on plans")
    icon = "assignment_ind"
    list_display = ("organisation", "plan", "since")
    list_select_related = ("organisation", "plan")
    list_filter = ("plan",)
    search_fields = ("organisation__name", "organisation__slug", "plan__name", "plan__code")
    ordering = ("organisation__name",)
    fields = ("organisation", "plan", "since")
    acts = (
        Act(
            "take-off",
            _("Take it off the plan"),
            _("This month's limit stays. The default plan holds from then on, where there is one."),
            _take_off,
        ),
    )
