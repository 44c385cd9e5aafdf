"""What is typed about a wallet. Sums are units of the currency in the fields, micro-units outside."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import AutoTopUp, TaxNumber
from billing.payments.tax_numbers import KINDS
from billing.selling.forms import micro, units
from billing.wallet.country import country_choices
from kernel.money import MICRO

LEAST, MOST = Decimal(5), Decimal(1_000)
HIGHEST = Decimal(100_000)


def _sum(label: Any, *, least: Decimal = LEAST, most: Decimal = MOST, hint: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=least,
        max_value=most,
        decimal_places=2,
        help_text=hint,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "class": "input w-full num"}),
    )


class TopUpForm(forms.Form):
    """How much credit is bought."""

    amount = _sum(_("Amount"), hint=_("5 to 1,000. Tax may come on top, as the payment page says."))

    def micro(self) -> int:
        """The amount in micro-units."""
        return micro(self.cleaned_data["amount"]) or 0


def _countries() -> list[tuple[str, Any]]:
    return [("", _("Choose a country")), *country_choices()]


class BillingCountryForm(forms.Form):
    """Where the organisation is billed."""

    country = forms.ChoiceField(
        label=_("Country"),
        choices=_countries,
        help_text=_(
            "Creators see how much they sell in a country, never to whom. The address on the payment page replaces it."
        ),
    )


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("Choose whose number it is")), *((code, kind.name) for code, kind in KINDS.items())]


class TaxNumberForm(forms.Form):
    """The organisation's tax number; an empty one takes it away."""

    kind = forms.ChoiceField(label=_("Whose number"), choices=_kinds, required=False)
    value = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=40,
        help_text=_("It stands on receipts and invoices. Empty it to take it away."),
        widget=forms.TextInput(
            attrs={"class": "input w-full num", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class AutoTopUpForm(forms.Form):
    """When a wallet fills itself."""

    threshold = _sum(_("When less is left than"), least=Decimal(0))
    amount = _sum(_("Charge"), hint=_("5 to 1,000."))
    monthly_maximum = _sum(_("At most a month"), most=HIGHEST)

    def clean(self) -> dict[str, Any]:
        """A month has room for one charge at least."""
        data = super().clean() or {}
        amount, most = data.get("amount"), data.get("monthly_maximum")
        if amount is not None and most is not None and most < amount:
            self.add_error("monthly_maximum", _("Use at least what is charged at a time."))
        return data

    def values(self) -> dict[str, int]:
        """The sums in micro-units."""
        return {name: int(value * MICRO) for name, value in self.cleaned_data.items()}


def tax_number_shown(row: TaxNumber | None) -> dict[str, str]:
    """What the form of the tax number begins with."""
    return {"kind": row.kind, "value": row.value} if row else {}


def shown(row: AutoTopUp | None) -> dict[str, str]:
    """What the form of automatic top-ups begins with."""
    if row is None:
        return {"threshold": "5", "amount": "20", "monthly_maximum": "100"}
    return {name: units(getattr(row, name)) for name in ("threshold", "amount", "monthly_maximum")}
