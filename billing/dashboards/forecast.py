"""What a month will have earned when it is over, from how the last weeks went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

WEEKS = 4
FEWEST_WEEKS = 2
# Four of five outcomes lie within this many standard deviations (Student's t for the degrees of freedom that 28 days leave).
WIDTH = 1.32


@dataclass(frozen=True, slots=True)
class Forecast:
    """Micro-units, the whole month: four of five months like the last weeks end between `low` and `high`.

    Attributes:
        days: what each day to come is expected to add.
    """

    expected: int
    low: int
    high: int
    days: Mapping[date, int]


def forecast_of(by_day: Mapping[date, int], *, now: date, end: date, so_far: int) -> Forecast | None:
    """Each day to come is expected to add the mean of its weekday over the last 28 whole days.

    The band comes from how far those days lay from their means: s² = Σ(x - mean of its weekday)² / (days - 7). A weekday that comes m
    times more, with n days behind its mean, adds m·s² + m²·s²/n to the variance.

    Args:
        by_day: micro-units earned a day, refunds taken off; days without any may be missing.
        now: the present day, which is not whole yet and counts with what it has. end: the last day of the month.
        so_far: what the month has earned by now.

    Returns:
        None where fewer than two weeks have passed since the first day that earned, or no day is to come.
    """
    first = min(by_day, default=now)
    past = [now - timedelta(days=n) for n in range(1, WEEKS * 7 + 1) if now - timedelta(days=n) >= first]
    past = past[: len(past) // 7 * 7]
    ahead = [now + timedelta(days=n) for n in range(1, (end - now).days + 1)]
    if len(past) < FEWEST_WEEKS * 7 or not ahead:
        return None
    behind = len(past) // 7
    means = {
        weekday: sum(by_day.get(day, 0) for day in past if day.weekday() == weekday) / behind
        for weekday in range(7)
    }
    spread = sum((by_day.get(day, 0) - means[day.weekday()]) ** 2 for day in past) / (len(past) - 7)
    times = [sum(day.weekday() == weekday for day in ahead) for weekday in range(7)]
    width = WIDTH * sqrt(spread * sum(m + m * m / behind for m in times))
    days = {day: round(means[day.weekday()]) for day in ahead}
    expected = so_far + sum(days.values())
    return Forecast(
        expected, min(max(so_far, round(expected - width)), expected), round(expected + width), days
    )
