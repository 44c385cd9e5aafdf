"""Charts of a listing's days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from store.cards import FEWEST_SHOWN
from store.insights.counts import Insights
from store.insights.period import Period
from store.models import Listing, Review
from web.charts import BarChart, Series

# What can be looked at day by day, in the order of the funnel.
MEASURES: dict[str, str | Promise] = {
    "impressions": gettext_lazy("Cards shown"),
    "listed": gettext_lazy("Listed by the API"),
    "opens": gettext_lazy("Page opened"),
    "trials": gettext_lazy("Tried without an account"),
    "conversations": gettext_lazy("Chats begun"),
    "people": gettext_lazy("People"),
    "turns": gettext_lazy("Answers"),
    "installs": gettext_lazy("Pins"),
    "returns": gettext_lazy("Came back"),
}
FIRST_SHOWN = "conversations"


@dataclass(frozen=True)
class DayChart(BarChart):
    """Columns of one count, some of which are kept back: these are all drawn alike, and say so.

    Args:
        texts: what stands in the table and at the columns, one for each label.
    """

    texts: Sequence[str] = ()

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        return [(label, [text]) for label, text in zip(self.labels, self.texts, strict=True)]

    def tip(self, place: int, label: str, values: Sequence[float]) -> str:
        return f"{label}: {self.texts[place]}"


def day_chart(insights: Insights, measure: str) -> DayChart:
    """One count day by day."""
    cells = insights.cells_of_days(measure)
    name = str(MEASURES[measure])
    sentence = _("%(name)s, day by day over %(days)d days; together %(total)s.") % {
        "name": name,
        "days": insights.period.length,
        "total": insights.total.cell(measure).text,
    }
    return DayChart(
        title=_("Day by day"),
        sentence=sentence,
        labels=_labels(insights.period),
        series=[Series(name, [cell.drawn for cell in cells])],
        texts=[cell.text for cell in cells],
    )


def stars_chart(listing: Listing, period: Period) -> DayChart:
    """The average of all stars as it stood at the end of each day; nothing while fewer than three people had rated."""
    found = _stars_by_day(listing, period)
    means = [
        stars / reviews if reviews >= FEWEST_SHOWN else 0.0
        for stars, reviews in accumulate(found, lambda a, b: (a[0] + b[0], a[1] + b[1]))
    ][1:]
    texts = [formats.number_format(mean, 1) if mean else "–" for mean in means]
    return DayChart(
        title=_("Stars over time"),
        sentence=_("The average of all stars at the end of each day; %(last)s at the last.")
        % {"last": texts[-1]},
        labels=_labels(period),
        series=[Series(_("Average stars"), means)],
        texts=texts,
        show=lambda value: formats.number_format(value, 1),
    )


def _stars_by_day(listing: Listing, period: Period) -> list[tuple[int, int]]:
    """Stars and how many gave them: all before the period, then each of its days."""
    rows = Review.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, state=Review.State.SHOWN
    )
    by_day: dict[date, tuple[int, int]] = {
        row["day"]: (row["given"], row["people"])
        for row in rows.order_by()
        .annotate(day=TruncDate("created_at"))
        .values("day")
        .annotate(given=Sum("stars"), people=Count("pk"))
    }
    earlier = [counts for day, counts in by_day.items() if day < period.start]
    before = (sum(stars for stars, _n in earlier), sum(people for _s, people in earlier))
    return [before, *(by_day.get(day, (0, 0)) for day in period.days)]


def _labels(period: Period) -> list[str]:
    """Days as people write them; years only where there is more than one."""
    years = period.start.year != period.end.year
    return [
        str(formats.date_format(day, "SHORT_DATE_FORMAT" if years else "MONTH_DAY_FORMAT"))
        for day in period.days
    ]
