"""What was counted about a listing, added up as its creator may see it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from store.counting.days import COLUMNS
from store.insights.hiding import FEWEST, Cell, cell_of, covered
from store.insights.period import Period
from store.models import Listing, ListingDay

# Numbers of visitors and pins, and of answers that nobody got; everything else says what those did who asked something.
OF_NOBODY = ("impressions", "listed", "opens", "trials", "installs", "uninstalls", "failed")
OF_PEOPLE = ("conversations", "turns", "people", "returns", "helpful", "unhelpful", "refused")
SHOWN = (*OF_NOBODY, *OF_PEOPLE)


@dataclass
class Sums:
    """Counts of some days and versions.

    Attributes:
        by_day: how many people asked something on each day.
    """

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    by_day: dict[date, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: dict[str, Any]) -> None:
        """Add one row of ListingDay."""
        for name in COLUMNS:
            self.counts[name] += row[name]
        self.by_day[row["day"]] += row["people"]

    @property
    def newcomers(self) -> int:
        """People who asked something for the first time."""
        return max(self.counts["people"] - self.counts["returns"], 0)

    @property
    def crowd(self) -> int:
        """How many different people there were at least: nobody is new twice, nor counted twice on a day."""
        return max(self.newcomers, max(self.by_day.values(), default=0))

    def cell(self, name: str) -> Cell:
        """One of the counts as it is shown."""
        if name in OF_NOBODY:
            return cell_of(self.counts[name])
        return cell_of(self.counts[name], people=self.crowd)

    @property
    def cells(self) -> dict[str, Cell]:
        """All counts as they are shown."""
        return {name: self.cell(name) for name in SHOWN}

    @property
    def new_people(self) -> Cell:
        """People who asked something for the first time, as it is shown."""
        return cell_of(self.newcomers)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted."""
        return not any(self.counts.values())

    def share(self, part: str, *whole: str) -> int | None:
        """Percent that one count is of others; None where few stand behind it."""
        together = sum(self.counts[name] for name in whole)
        if together < FEWEST or self.crowd < FEWEST:
            return None
        return round(100 * self.counts[part] / together)

    @property
    def helpful(self) -> int | None:
        """Percent of the thumbs that point up."""
        return self.share("helpful", "helpful", "unhelpful")

    @property
    def refused(self) -> int | None:
        """Percent of the answers that said there was not enough information."""
        return self.share("refused", "turns")

    @property
    def failed(self) -> int | None:
        """Percent of the answers that failed; all of them where nobody got one."""
        if not self.crowd and self.counts["failed"] >= FEWEST:
            return 100
        return self.share("failed", "turns")

    @property
    def seconds(self) -> float | None:
        """How long an answer took on average."""
        if self.counts["timed"] < FEWEST or self.crowd < FEWEST:
            return None
        return round(self.counts["milliseconds"] / self.counts["timed"] / 1000, 1)


@dataclass
class Insights:
    """A listing's counts over a period, beside the one before."""

    period: Period
    total: Sums
    before: Sums
    days: dict[date, Sums]
    versions: dict[int, Sums]

    def cells_of_days(self, name: str) -> list[Cell]:
        """One count for each day, as it is shown beside their sum."""
        return covered([self.days[day].cell(name) for day in self.period.days])

    def cells_of_versions(self, name: str) -> list[Cell]:
        """One count for each version, the newest first, as it is shown beside their sum."""
        return covered([sums.cell(name) for sums in self.versions.values()])


def insights_of(listing: Listing, period: Period) -> Insights:
    """Add up what was counted about a listing, in the scope of its organisation."""
    rows = ListingDay.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, day__range=(period.before.start, period.end)
    )
    return added_up(rows.values("day", "version_number", *COLUMNS), period)


def added_up(rows: Iterable[dict[str, Any]], period: Period) -> Insights:
    """Add rows of days up."""
    days = {day: Sums() for day in period.days}
    versions: dict[int, Sums] = defaultdict(Sums)
    total, before = Sums(), Sums()
    for row in rows:
        if row["day"] < period.start:
            before.add(row)
            continue
        for sums in (total, days[row["day"]], versions[row["version_number"]]):
            sums.add(row)
    newest_first = dict(sorted(versions.items(), reverse=True))
    return Insights(period, total, before, days, newest_first)


def sums_of(listings: Sequence[Listing], period: Period) -> dict[int, Sums]:
    """What was counted about each of these listings of one organisation, by primary key."""
    found = {listing.pk: Sums() for listing in listings}
    if listings:
        rows = ListingDay.objects.for_organisation(listings[0].organisation_id).filter(
            listing__in=listings, day__range=(period.start, period.end)
        )
        for row in rows.values("listing_id", "day", *COLUMNS):
            found[row["listing_id"]].add(row)
    return found


def change(now: Cell, before: Cell) -> int | None:
    """Percent by which a count rose or fell; None where either is kept back or there was nothing before."""
    if now.value is None or not before.value:
        return None
    return round(100 * (now.value - before.value) / before.value)
