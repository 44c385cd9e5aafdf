"""The page of a listing's insights, worked out for showing."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from store.insights.charts import FIRST_SHOWN, MEASURES, DayChart, day_chart, stars_chart
from store.insights.counts import Insights, Sums, change, insights_of
from store.insights.hiding import Cell
from store.insights.period import CHOICES, Period, chosen_days
from store.models import Listing


@dataclass(frozen=True)
class Step:
    """A step from being shown to coming back.

    Attributes:
        percent: how many of the step before came so far; None where either is kept back. width: of its bar, in percent of
            the longest. change: percent against the period before.
    """

    label: str | Promise
    hint: str
    cell: Cell
    percent: int | None
    width: int
    change: int | None


@dataclass(frozen=True)
class Quality:
    """A sign of how good the answers are, now and before."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class VersionRow:
    """What was counted while a version answered."""

    number: int
    cells: list[Cell]
    sums: Sums


class InsightsPage:
    """What a creator sees of one listing; each part is worked out when it is shown."""

    STEPS = ("impressions", "opens", "conversations", "installs", "returns")
    HELD_AGAINST = ("", "impressions", "opens", "conversations", "")
    COLUMNS = ("opens", "conversations", "people", "turns")

    def __init__(self, listing: Listing, *, days: str = "", measure: str = "") -> None:
        self.listing = listing
        self.period: Period = chosen_days(days)
        self.measure = measure if measure in MEASURES else FIRST_SHOWN

    @cached_property
    def insights(self) -> Insights:
        """The counts."""
        return insights_of(self.listing, self.period)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted, in the period before neither."""
        return self.insights.total.is_empty and self.insights.before.is_empty

    @property
    def lengths(self) -> list[tuple[int, bool]]:
        """How many days may be looked at, and which is the present one."""
        return [(days, days == self.period.length) for days in CHOICES]

    @property
    def measures(self) -> list[tuple[str, str | Promise, bool]]:
        """What may be looked at day by day, and which is the present one."""
        return [(name, label, name == self.measure) for name, label in MEASURES.items()]

    @cached_property
    def steps(self) -> list[Step]:
        """The funnel, each step held against the one before."""
        total, before = self.insights.total.cells, self.insights.before.cells
        highest = max((total[name].value or 0 for name in self.STEPS), default=0) or 1
        return [
            Step(
                MEASURES[name],
                _hint(name),
                total[name],
                _percent(total[name], total[previous]) if previous else None,
                min(100, round(100 * total[name].drawn / highest)),
                change(total[name], before[name]),
            )
            for name, previous in zip(self.STEPS, self.HELD_AGAINST, strict=True)
        ]

    @cached_property
    def qualities(self) -> list[Quality]:
        """Signs of how good the answers are."""
        now, before = self.insights.total, self.insights.before
        return [
            Quality(_("Found helpful"), _as_percent(now.helpful), _versus(before.helpful)),
            Quality(_("Not enough information"), _as_percent(now.refused), _versus(before.refused)),
            Quality(_("Failed"), _as_percent(now.failed), _versus(before.failed)),
            Quality(_("Time to an answer"), _as_seconds(now.seconds), _versus_seconds(before.seconds)),
        ]

    @cached_property
    def chart(self) -> DayChart:
        """The chosen count day by day."""
        return day_chart(self.insights, self.measure)

    @cached_property
    def stars(self) -> DayChart:
        """The average of stars over time."""
        return stars_chart(self.listing, self.period)

    @cached_property
    def column_names(self) -> list[str | Promise]:
        """Heads of the table of versions."""
        return [MEASURES[name] for name in self.COLUMNS]

    @cached_property
    def versions(self) -> list[VersionRow]:
        """The same by version, the newest first."""
        columns = [self.insights.cells_of_versions(name) for name in self.COLUMNS]
        rows = list(zip(*columns, strict=True))
        return [
            VersionRow(number, list(cells), sums)
            for (number, sums), cells in zip(self.insights.versions.items(), rows, strict=True)
        ]


def _percent(part: Cell, whole: Cell) -> int | None:
    return round(100 * part.value / whole.value) if part.value is not None and whole.value else None


def _hint(name: str) -> str:
    return {
        "impressions": _("once a visitor and hour"),
        "opens": _("once a visitor and hour"),
        "conversations": _("by people outside your organisation"),
        "installs": _("new pins"),
        "returns": _("people who had asked on an earlier day, added up over the days"),
    }[name]


def _as_percent(value: int | None) -> str:
    return "–" if value is None else _("%(number)d%%") % {"number": value}


def _as_seconds(value: float | None) -> str:
    return "–" if value is None else _("%(seconds)s s") % {"seconds": formats.number_format(value, 1)}


def _versus(before: int | None) -> str:
    return _("%(number)d%% the days before") % {"number": before} if before is not None else ""


def _versus_seconds(before: float | None) -> str:
    if before is None:
        return ""
    return _("%(seconds)s s the days before") % {"seconds": formats.number_format(before, 1)}
