"""The form of a listing's prices."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.selling.forms import MOST, PLACES, micro, units
from billing.terms import Kind
from kernel.errors import InvalidInput
from store.pricing import Pricing


def _sum(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=Decimal(0),
        max_value=MOST,
        decimal_places=PLACES,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


class PriceForm(forms.Form):
    """How people pay for an assistant; empty fields are ways that are not offered."""

    message = _sum(_("Each message"), _("The price includes the model."))
    monthly = _sum(_("By the month"), _("Answers use the buyer's own allowance."))
    one_off = _sum(_("Once, for good"))
    pool = forms.BooleanField(
        label=_("Include it in the platform's subscription"),
        help_text=_("Organisations on a paying plan use it freely, and you earn from the month's pool."),
        required=False,
    )
    trial_messages = forms.IntegerField(
        label=_("Messages to try"),
        help_text=_("How many a person gets before paying."),
        required=False,
        min_value=0,
        max_value=1000,
    )

    @property
    def prices(self) -> dict[str, int]:
        """What was typed, in micro-units by kind; an empty or zero field is no price."""
        typed = {
            kind: micro(self.cleaned_data.get(kind)) for kind in (Kind.MESSAGE, Kind.MONTHLY, Kind.ONE_OFF)
        }
        prices = {str(kind): amount for kind, amount in typed.items() if amount}
        return prices | ({str(Kind.POOL): 0} if self.cleaned_data.get("pool") else {})

    @property
    def trials(self) -> int:
        """How many messages there are to try."""
        return self.cleaned_data.get("trial_messages") or 0

    def blame(self, refused: InvalidInput) -> None:
        """Say at each field why it was refused."""
        for one in refused.errors:
            self.add_error(one.field if one.field in self.fields else None, one.message)

    @classmethod
    def of(cls, pricing: Pricing) -> "PriceForm":
        """The form, filled with what there is."""
        sums = {kind: units(amount) for kind, amount in pricing.prices.items() if amount}
        pool = Kind.POOL in pricing.prices
        return cls(initial={**sums, "pool": pool, "trial_messages": pricing.trial_messages or None})
