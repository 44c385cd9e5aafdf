"""The catalogue of models, for the platform's operators. Keys of providers are not shown."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSingleDateWidget

from accounts.staff import Staff
from kernel.money import MICRO, format_money
from organisations.staffing.tables import OPERATOR, Act, ReasonForm, StaffTable, site
from providers.actions.change_catalogue import add_price, offer_model
from providers.models import Model, Price, Provider


class PriceForm(ReasonForm):
    """A new price of a model."""

    input_price = forms.DecimalField(
        label=_("A million tokens in"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    output_price = forms.DecimalField(
        label=_("A million tokens out"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    valid_from = forms.DateField(
        label=_("From"), initial=lambda: timezone.now().date(), widget=UnfoldAdminSingleDateWidget
    )
    field_order = ("input_price", "output_price", "valid_from", "reason")


@admin.register(Provider, site=site)
class ProviderTable(StaffTable):
    """Who runs models."""

    roles = OPERATOR
    label = _("Providers")
    icon = "dns"
    list_display = ("name", "slug", "kind", "base_url", "region", "key_source")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = ("name", "slug", "public_id", "kind", "base_url", "region", "key_source", "created_at")


def _offer(_request: HttpRequest, staff: Staff, row: Model, data: dict[str, Any]) -> None:
    offer_model(staff=staff, model_id=row.public_id, offered=True, reason=data["reason"])


def _withdraw(_request: HttpRequest, staff: Staff, row: Model, data: dict[str, Any]) -> None:
    offer_model(staff=staff, model_id=row.public_id, offered=False, reason=data["reason"])


def _price(_request: HttpRequest, staff: Staff, row: Model, data: dict[str, Any]) -> None:
    add_price(
        staff=staff,
        model_id=row.public_id,
        input_price=_micro(data["input_price"]),
        output_price=_micro(data["output_price"]),
        valid_from=data["valid_from"],
        reason=data["reason"],
    )


def _micro(value: Decimal) -> int:
    return int(value * MICRO)


@admin.register(Model, site=site)
class ModelTable(StaffTable):
    """The models that are offered."""

    roles = OPERATOR
    label = _("Models")
    icon = "neurology"
    list_display = ("label", "provider", "name", "kind", "offered", "context_window", "shutdown_on")
    list_filter = ("kind", "offered", "provider")
    list_select_related = ("provider",)
    search_fields = ("label", "name")
    ordering = ("provider", "position", "name")
    fields = (
        "label", "name", "public_id", "provider", "kind", "capabilities", "context_window", "max_output",
        "dimensions", "released_on", "shutdown_on", "replacement", "offered", "price_now",
    )  # fmt: skip
    acts = (
        Act("offer", _("Offer"), _("People who build can choose it."), _offer, lambda row: not row.offered),
        Act(
            "withdraw",
            _("Stop offering"),
            _("People who build can no longer choose it; assistants that use it go on."),
            _withdraw,
            lambda row: row.offered,
        ),
        Act(
            "price",
            _("Add a price"),
            _("Earlier prices stay. What was used keeps the price of its day."),
            _price,
            form=PriceForm,
        ),
    )

    @admin.display(description=_("Price now"))
    def price_now(self, row: Model) -> str:
        """What a million tokens cost, in and out."""
        price = row.prices.filter(valid_from__lte=timezone.now().date()).order_by("-valid_from").first()
        return _sums(price) if price else "–"


def _sums(price: Price) -> str:
    return " / ".join(
        format_money(sum_, price.currency) for sum_ in (price.input_per_million, price.output_per_million)
    )


@admin.register(Price, site=site)
class PriceTable(StaffTable):
    """Every price that ever held; new ones are added at their model."""

    roles = OPERATOR
    label = _("Prices")
    icon = "sell"
    list_display = ("model", "sums", "valid_from", "source")
    list_select_related = ("model__provider",)
    search_fields = ("model__name",)
    ordering = ("-valid_from", "-id")
    fields = ("model", "sums", "valid_from", "source")

    @admin.display(description=_("A million tokens in / out"))
    def sums(self, row: Price) -> str:
        """The two sums."""
        return _sums(row)
