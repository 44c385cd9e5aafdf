"""The time that a dashboard is about: a month by its days, or a year by its months. Days end at midnight UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from billing.prices import next_month, this_month
from kernel.errors import InvalidInput

YEAR = "year"
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days in UTC, the first and the last one included; `by_month` where its columns are months.

    Attributes:
        end: the last day of the month; it may be still to come.
    """

    start: date
    end: date
    by_month: bool

    @property
    def until(self) -> date:
        """Its last day that has begun."""
        return min(self.end, today())

    @property
    def title(self) -> str:
        """November 2026, or the last twelve months."""
        if self.by_month:
            return _("Twelve months")
        return str(formats.date_format(self.start, "YEAR_MONTH_FORMAT"))

    @property
    def address(self) -> str:
        """Its part of an address."""
        return f"period={YEAR}" if self.by_month else f"month={self.start:%Y-%m}"

    @property
    def name(self) -> str:
        """Its part of a file's name."""
        return f"{self.start:%Y-%m}-{self.end:%Y-%m}" if self.by_month else f"{self.start:%Y-%m}"

    @property
    def is_current(self) -> bool:
        """Whether the present month is its last one."""
        return self.end >= today()

    @property
    def previous(self) -> str:
        """The month before, for an address; empty for a year."""
        return "" if self.by_month else f"{self.start - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        """The month after; empty where that is the future, and for a year."""
        return "" if self.by_month or self.is_current else f"{next_month(self.start):%Y-%m}"

    @property
    def columns(self) -> list[date]:
        """The day that begins each column, those to come included."""
        if not self.by_month:
            return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]
        found, month = [], self.start
        while month <= self.end:
            found.append(month)
            month = next_month(month)
        return found

    @property
    def labels(self) -> list[str]:
        """What stands under each column."""
        if self.by_month:
            return [str(formats.date_format(month, "M")) for month in self.columns]
        return [str(day.day) for day in self.columns]

    def column_of(self, day: date) -> date:
        """The column that a day belongs to."""
        return day.replace(day=1) if self.by_month else day

    def summed(self, rows: Iterable[tuple[date, int]]) -> list[int]:
        """Values of days as values of columns."""
        sums = dict.fromkeys(self.columns, 0)
        for day, value in rows:
            sums[self.column_of(day)] += value
        return list(sums.values())


def span_of(*, month: str = "", period: str = "") -> Span:
    """The time that an address asks for; the present month by default, `period=year` the last twelve months.

    Raises:
        InvalidInput: it is no month, or lies in the future.
    """
    present = this_month()
    if period == YEAR:
        return Span(_months_before(present, 11), next_month(present) - timedelta(days=1), by_month=True)
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).date() if month else present
    except ValueError:
        start = date.max
    if not EARLIEST <= start <= present:
        raise InvalidInput.on(
            "month", "invalid_month", _("Give a month that has begun, for example 2026-11.")
        )
    return Span(start, next_month(start) - timedelta(days=1), by_month=False)


def day_in(span: Span, text: str) -> date | None:
    """The one day of it that an address asks for; None for none.

    Raises:
        InvalidInput: it is no day of it.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not span.start <= day <= span.end:
        raise InvalidInput.on(
            "day", "invalid_day", _("Give a day of the time shown, for example 2026-11-28.")
        )
    return day


def today() -> date:
    """The present day in UTC."""
    return datetime.now(UTC).date()


def _months_before(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
