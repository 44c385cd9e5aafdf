"""Money is an integer count of micro-units: 1,000,000 make one unit of the currency."""

from decimal import ROUND_HALF_EVEN, Decimal

from django.utils import formats, translation

MICRO = 1_000_000
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥"}


def price_of(tokens: int, micro_per_million: int) -> int:
    """What some tokens cost, in micro-units, rounded half to even.

    Args:
        tokens: how many.
        micro_per_million: micro-units for a million of them.
    """
    exact = Decimal(tokens) * Decimal(micro_per_million) / Decimal(MICRO)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def format_money(micro: int, currency: str, *, places: int | None = None) -> str:
    """A sum for people: €12.50, or with more places where it is small (€0.0038); −€2.80 where it is below 0."""
    value = Decimal(micro) / MICRO
    if places is None:
        places = 2 if value == 0 or abs(value) >= Decimal("0.1") else 4
    number = formats.number_format(
        round(abs(value), places), decimal_pos=places, use_l10n=bool(translation.get_language())
    )
    return f"{'−' if value < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{number}"
