"""What calls cost, and which month pays."""

from datetime import UTC, date, datetime

from kernel.money import price_of
from providers.catalogue import PriceSnapshot


def cost_of(
    price: PriceSnapshot | None,
    *,
    input_tokens: int,
    output_tokens: int,
    cached_tokens: int = 0,
    units: int = 0,
    unit_price: int = 0,
) -> int:
    """What a use costs in micro-units: all of it summed exactly, then rounded once, half to even.

    Args:
        cached_tokens: those of the input that the provider had kept, at their own rate where the price has one.
        units, unit_price: what is not counted in tokens, and micro-units for a million of it.
    """
    millionths = units * unit_price
    if price is not None:
        kept = price.input_per_million if price.cached_per_million is None else price.cached_per_million
        millionths += (input_tokens - cached_tokens) * price.input_per_million + cached_tokens * kept
        millionths += output_tokens * price.output_per_million
    return price_of(1, millionths)


def this_month() -> date:
    """The first day of the present month, in UTC."""
    return datetime.now(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
