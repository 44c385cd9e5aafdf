"""What calls cost, and which month pays."""

from datetime import UTC, date, datetime

from kernel.money import price_of
from providers.catalogue import PriceSnapshot


def cost_of(price: PriceSnapshot | None, *, input_tokens: int, output_tokens: int) -> int:
    """What a call costs in micro-units: both directions summed exactly, then rounded once, half to even."""
    if price is None:
        return 0
    return price_of(1, input_tokens * price.input_per_million + output_tokens * price.output_per_million)


def this_month() -> date:
    """The first day of the present month, in UTC."""
    return datetime.now(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
