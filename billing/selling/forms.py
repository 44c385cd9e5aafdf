"""Sums of money as people type them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import FieldError, InvalidInput
from kernel.money import MICRO

PLACES = 4
MOST = 1_000_000


class CapForm(forms.Form):
    """A person's own limit of a month."""

    cap = forms.DecimalField(
        label=_("At most a month"),
        required=False,
        min_value=Decimal("0.0001"),
        max_value=MOST,
        decimal_places=PLACES,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


def micro(value: Decimal | None) -> int | None:
    """Units of the currency as micro-units; None stays none."""
    return None if value is None else int(value * MICRO)


def units(micro_units: int | None) -> str:
    """Micro-units as a number field holds them; empty for none."""
    return "" if micro_units is None else f"{(Decimal(micro_units) / MICRO).normalize():f}"


def typed_cap(data: Any) -> int | None:
    """The limit in what was posted, in micro-units; None where none was typed.

    Raises:
        InvalidInput: it is no such sum.
    """
    form = CapForm(data)
    if not form.is_valid():
        words = [str(text) for text in form.errors["cap"]]
        raise InvalidInput(errors=[FieldError("cap", "invalid", words[0])])
    return micro(form.cleaned_data["cap"])
