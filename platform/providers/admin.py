"""The catalogue of models, for the platform's operators. Keys of providers are not shown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.staff import Staff
from kernel.money import MICRO, format_money
from organisations.staffing.tables import OPERATOR, Act, ReasonForm, StaffTable, site
from providers.actions.change_catalogue import add_price, offer_model, set_ending
from providers.actions.set_alias import remove_alias, set_alias
from providers.catalogue import find_model
from providers.models import Model, ModelAlias, Price, Provider

NOBODY = 0  # an organisation without models of its own


class PriceForm(ReasonForm):
    """A new price of a model."""

    input_price = forms.DecimalField(
        label=_("A million tokens in"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    cached_price = forms.DecimalField(
        label=_("A million tokens in that the provider had kept"),
        help_text=_("Empty where they cost as much as all others in."),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    output_price = forms.DecimalField(
        label=_("A million tokens out"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    image_price = forms.DecimalField(
        label=_("One picture that it makes"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=6,
        initial=0,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    valid_from = forms.DateField(
        label=_("From"), initial=lambda: timezone.now().date(), widget=UnfoldAdminSingleDateWidget
    )
    field_order = ("input_price", "cached_price", "output_price", "image_price", "valid_from", "reason")

    def clean(self) -> dict[str, Any]:
        """What was kept is never dearer: figures that are mixed up would be billed for good."""
        data = super().clean() or {}
        cached, whole = data.get("cached_price"), data.get("input_price")
        if cached is not None and whole is not None and cached > whole:
            self.add_error("cached_price", _("Use at most what other tokens in cost."))
        return data


class EndingForm(ReasonForm):
    """When a model ends, and what answers then."""

    shutdown_on = forms.DateField(
        label=_("Switched off on"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    replacement = forms.CharField(
        label=_("Replacement"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Another model's id, or its name at the same provider. At another host it must be chosen by hand."
        ),
    )
    field_order = ("shutdown_on", "replacement", "reason")


class TargetForm(ReasonForm):
    """Where a name leads."""

    target = forms.CharField(label=_("Leads to"), max_length=200, widget=UnfoldAdminTextInputWidget)
    field_order: Sequence[str] = ("target", "reason")


class AliasForm(TargetForm):
    """A name, and where it leads."""

    name = forms.CharField(label=_("Name"), max_length=160, widget=UnfoldAdminTextInputWidget)
    field_order = ("name", "target", "reason")


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
        cached_price=None if data["cached_price"] is None else _micro(data["cached_price"]),
        output_price=_micro(data["output_price"]),
        image_price=_micro(data["image_price"] or Decimal(0)),
        valid_from=data["valid_from"],
        reason=data["reason"],
    )


def _end(_request: HttpRequest, staff: Staff, row: Model, data: dict[str, Any]) -> None:
    set_ending(
        staff=staff,
        model_id=row.public_id,
        shutdown_on=data["shutdown_on"],
        replacement=data["replacement"],
        reason=data["reason"],
    )


def _name(_request: HttpRequest, staff: Staff, row: ModelAlias | None, data: dict[str, Any]) -> None:
    name = row.name if row else data["name"]
    set_alias(staff=staff, name=name, target=data["target"], reason=data["reason"])


def _unname(_request: HttpRequest, staff: Staff, row: ModelAlias, data: dict[str, Any]) -> HttpResponse:
    remove_alias(staff=staff, name=row.name, reason=data["reason"])
    return redirect("admin:providers_modelalias_changelist")


def _micro(value: Decimal) -> int:
    return int(value * MICRO)


@admin.register(Model, site=site)
class ModelTable(StaffTable):
    """The models that are offered."""

    roles = OPERATOR
    label = _("Models")
    icon = "neurology"
    list_display = (
        "label", "provider", "name", "kind", "offered", "context_window", "shutdown_on", "replacement",
    )  # fmt: skip
    list_filter = ("kind", "offered", "provider")
    list_select_related = ("provider",)
    search_fields = ("label", "name")
    ordering = ("provider", "position", "name")
    fields = (
        "label", "name", "public_id", "provider", "kind", "capabilities", "context_window", "max_output",
        "dimensions", "released_on", "shutdown_on", "replacement", "aliases", "offered", "price_now",
    )  # fmt: skip
    acts = (
        Act("offer", _("Offer"), _("People who build can choose it."), _offer, lambda row: not row.offered),
        Act(
            "withdraw",
            _("Stop offering"),
            _(
                "People who build can no longer choose it. Assistants that use it answer with its replacement, or say that"
                " it is gone."
            ),
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
        Act(
            "ending",
            _("Say when it ends"),
            _("Those who look after assistants with it are told 60, 14 and 1 days before."),
            _end,
            form=EndingForm,
            initial=lambda row: {"shutdown_on": row.shutdown_on, "replacement": row.replacement},
        ),
    )

    @admin.display(description=_("Other names"))
    def aliases(self, row: Model) -> str:
        """The names that lead to it."""
        found = find_model(str(row), organisation=NOBODY)
        return ", ".join(found.aliases) if found and found.aliases else "–"

    @admin.display(description=_("Price now"))
    def price_now(self, row: Model) -> str:
        """What a million tokens cost, in, kept and out, and a picture where it makes any."""
        price = row.prices.filter(valid_from__lte=timezone.now().date()).order_by("-valid_from").first()
        return _sums(price) if price else "–"


def _sums(price: Price) -> str:
    said = [format_money(price.input_per_million, price.currency)]
    if price.cached_per_million is not None:
        kept = format_money(price.cached_per_million, price.currency)
        said[0] += f" ({_('kept: %(sum)s') % {'sum': kept}})"
    sums = [price.output_per_million, *filter(None, (price.per_image,))]
    return " / ".join(said + [format_money(sum_, price.currency) for sum_ in sums])


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

    @admin.display(description=_("A million tokens in / out / a picture"))
    def sums(self, row: Price) -> str:
        """The sums."""
        return _sums(row)


@admin.register(ModelAlias, site=site)
class AliasTable(StaffTable):
    """Other names of models: a retired model's name can lead to the one that follows it."""

    roles = OPERATOR
    label = _("Names of models")
    icon = "label"
    list_display = ("name", "target", "created_at")
    search_fields = ("name", "target")
    ordering = ("name",)
    fields = ("name", "target", "created_at")
    making = Act(
        "add",
        _("Give a model another name"),
        _("Assistants and the API may use it like an id."),
        _name,
        form=AliasForm,
    )
    acts = (
        Act(
            "lead",
            _("Lead it elsewhere"),
            _("Whatever uses the name follows within seconds."),
            _name,
            form=TargetForm,
            initial=lambda row: {"target": row.target},
        ),
        Act("remove", _("Remove"), _("Whatever uses the name says that there is no such model."), _unname),
    )
