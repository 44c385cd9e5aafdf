"""A creator's earnings page: what came in, from what, and what is to come. Read inside the creator's scope."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.dashboards.countries import CountryRow, earned_by_country
from billing.dashboards.forecast import WEEKS, Forecast, forecast_of
from billing.dashboards.periods import Span, today
from billing.earning.balances import Payable, payable
from billing.models import EarningDaily, EarningReview, Payout, ProductPrice, StatementMonth
from kernel.money import format_money
from web.charts import BarChart, Series

Flow = EarningDaily.Flow
TAKEN_BACK = (Flow.REFUND, Flow.DISPUTE, Flow.VOID)
NET = (Flow.EARNED, *TAKEN_BACK)
LINES = 12
KINDS: dict[str, str | Promise] = {
    "message": gettext_lazy("By the message"),
    "monthly": gettext_lazy("By the month"),
    "one_off": gettext_lazy("Bought once"),
    "pool": gettext_lazy("Within subscriptions"),
}
MEASURES = ("count", "answers", "gross", "cost", "fee", "amount")
FEWEST_BUYERS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """What one day booked of one thing. Sums are micro-units; `balance` is what was owed after it.

    Attributes:
        buyers: None where they are fewer than three.
    """

    day: date
    flow: str
    priced: str
    product: str
    name: str
    count: int
    answers: int
    buyers: int | None
    gross: int
    cost: int
    fee: int
    amount: int
    balance: int = 0

    @property
    def what(self) -> str:
        """What happened, in a word."""
        return str(Flow(self.flow).label)

    @property
    def counts(self) -> str:
        """The counts behind it."""
        return counts_in_words(self)


@dataclass(frozen=True, slots=True)
class Part:
    """What an assistant, or a kind of price, earned. `percent` is its part of the largest."""

    key: str
    name: str
    count: int
    answers: int
    gross: int
    fee: int
    earned: int
    taken_back: int
    percent: int

    @property
    def left(self) -> int:
        """What stays with the creator."""
        return self.earned + self.taken_back


class EarningsPage:
    """What a creator sees of a month or a year; each part is worked out when it is shown."""

    def __init__(self, organisation: Any, span: Span, *, all_lines: bool = False) -> None:
        self.organisation, self.span, self.all_lines = organisation, span, all_lines

    @cached_property
    def payable(self) -> Payable:
        """What is owed now."""
        return payable(self.organisation.pk)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The period's sums by day, flow, kind and product, in the order of time."""
        rows = self._daily().filter(day__gte=self.span.start, day__lte=self.span.end)
        sums = {name: Sum(name) for name in (*MEASURES, "buyers")}
        found = rows.values("day", "flow", "priced", "product", "product_name").annotate(
            **{f"{name}_": total for name, total in sums.items()}
        )
        return list(found.order_by("day", "flow", "product", "priced"))

    @property
    def earned(self) -> int:
        """What came in, before anything was taken back."""
        return self._sum(Flow.EARNED)

    @property
    def taken_back(self) -> int:
        """What was taken back, below 0."""
        return self._sum(*TAKEN_BACK)

    @property
    def gross(self) -> int:
        """What buyers paid, refunds and disputes taken off."""
        return sum(row["gross_"] for row in self.rows)

    @cached_property
    def before(self) -> int:
        """What the period before had left to the creator."""
        length = self.span.end - self.span.start + timedelta(days=1)
        start = self.span.start - length if self.span.by_month else date_before(self.span.start)
        rows = self._daily().filter(day__gte=start, day__lt=self.span.start, flow__in=NET)
        return int(rows.aggregate(total=Sum("amount"))["total"] or 0)

    @property
    def net(self) -> int:
        """What is left of the period to the creator, payouts aside."""
        return self.earned + self.taken_back

    @property
    def is_empty(self) -> bool:
        """Whether the creator never earned, and nothing is owed."""
        return not self.rows and not self._daily().exists()

    @property
    def is_priced(self) -> bool:
        """Whether any assistant of the organisation has a price."""
        return bool(ProductPrice.objects.for_organisation(self.organisation).filter(ended_at=None).exists())

    @property
    def in_review(self) -> int:
        """How many customers' trade is looked into."""
        rows = EarningReview.objects.for_organisation(self.organisation)
        return int(rows.filter(state=EarningReview.State.OPEN).count())

    @cached_property
    def paid_out(self) -> int:
        """What was ever paid out."""
        rows = self._daily().filter(flow=Flow.PAID_OUT)
        return -int(rows.aggregate(total=Sum("amount"))["total"] or 0)

    @property
    def next_payout(self) -> Payout | None:
        """The payout that is planned or on its way, if there is one."""
        rows = Payout.objects.for_organisation(self.organisation)
        found: Payout | None = (
            rows.filter(state__in=[Payout.State.SCHEDULED, Payout.State.SENDING]).order_by("due_at").first()
        )
        return found

    @property
    def latest_statement(self) -> StatementMonth | None:
        """The statement of the month shown, where it is out."""
        rows = StatementMonth.objects.for_organisation(self.organisation)
        found: StatementMonth | None = (
            rows.filter(month=self.span.start, published_at__isnull=False).first()
            if not self.span.by_month
            else None
        )
        return found

    @cached_property
    def forecast(self) -> Forecast | None:
        """What the present month will have earned; None for other times, and while too little is known."""
        if self.span.by_month or not self.span.is_current:
            return None
        rows = self._daily().filter(day__gte=today() - timedelta(days=WEEKS * 7), flow__in=NET)
        by_day = dict(rows.values_list("day").annotate(total=Sum("amount")).order_by("day"))
        return forecast_of(by_day, now=today(), end=self.span.end, so_far=self.net)

    @cached_property
    def chart(self) -> BarChart:
        """What came in by kind of price, with what is expected of the days to come."""
        values = {kind: self.span.summed(self._days_of(kind)) for kind in KINDS}
        series = [
            Series(KINDS[kind], sums, colour)
            for colour, (kind, sums) in enumerate(values.items(), start=1)
            if any(sums)
        ]
        if self.forecast and any(self.forecast.days.values()):
            series.append(Series(_("Expected"), self.span.summed(self.forecast.days.items()), 5))
        return money_chart(
            title=_("Earned a month") if self.span.by_month else _("Earned a day"),
            sentence=_("%(sum)s earned in %(time)s, by kind of price")
            % {"sum": shown(self.earned), "time": self.span.title},
            labels=self.span.labels,
            series=series or [Series(_("Earned"), [0] * len(self.span.labels))],
        )

    @cached_property
    def by_assistant(self) -> list[Part]:
        """Assistants, the best earning first."""
        return self._parts("product", {row["product"]: row["product_name"] for row in self.rows})

    @cached_property
    def by_kind(self) -> list[Part]:
        """Kinds of price, the best earning first."""
        return self._parts("priced", {kind: str(name) for kind, name in KINDS.items()})

    @cached_property
    def by_country(self) -> list[CountryRow]:
        """Countries of buyers; those with fewer than three are told together."""
        return earned_by_country(self.organisation.pk, self.span)

    @cached_property
    def back(self) -> list[tuple[str, int, int]]:
        """What was taken back: why, how many sales, how much."""
        found = []
        for flow in TAKEN_BACK:
            rows = [row for row in self.rows if row["flow"] == flow]
            if rows:
                found.append(
                    (str(flow.label), sum(row["count_"] for row in rows), sum(row["amount_"] for row in rows))
                )
        return found

    @cached_property
    def lines(self) -> list[Line]:
        """What was booked, day by day, the latest first, with the balance after it."""
        earlier = self._daily().filter(day__lt=self.span.start)
        balance = int(earlier.aggregate(total=Sum("amount"))["total"] or 0)
        found = []
        for row in self.rows:
            balance += row["amount_"]
            found.append(
                Line(
                    day=row["day"],
                    flow=row["flow"],
                    priced=row["priced"],
                    product=row["product"],
                    name=row["product_name"],
                    buyers=row["buyers_"] if row["buyers_"] >= FEWEST_BUYERS else None,
                    balance=balance,
                    **{name: row[f"{name}_"] for name in MEASURES},
                )
            )
        return found[::-1]

    @property
    def shown_lines(self) -> list[Line]:
        """The latest lines, or all of them where they are asked for."""
        return self.lines if self.all_lines else self.lines[:LINES]

    @property
    def more_lines(self) -> int:
        """How many lines are not shown."""
        return len(self.lines) - len(self.shown_lines)

    @cached_property
    def adds_up(self) -> bool:
        """Whether the sums of days hold everything that the ledger holds by now."""
        total = self._daily().aggregate(total=Sum("amount"))["total"] or 0
        return int(total) == self.payable.total

    def _daily(self) -> Any:
        return EarningDaily.objects.for_organisation(self.organisation)

    def _sum(self, *flows: str) -> int:
        return sum(row["amount_"] for row in self.rows if row["flow"] in flows)

    def _days_of(self, kind: str) -> Iterable[tuple[date, int]]:
        return (
            (row["day"], row["amount_"])
            for row in self.rows
            if row["flow"] == Flow.EARNED and row["priced"] == kind
        )

    def _parts(self, key: str, names: dict[str, str]) -> list[Part]:
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.rows:
            if row["flow"] in NET and row[key]:
                held = sums[row[key]]
                held["gross"] += row["gross_"]
                held["fee"] += row["fee_"]
                if row["flow"] == Flow.EARNED:
                    held["count"] += row["count_"] if row["priced"] != "pool" else 0
                    held["answers"] += row["answers_"]
                    held["earned"] += row["amount_"]
                else:
                    held["taken_back"] += row["amount_"]
        highest = max((one["earned"] + one["taken_back"] for one in sums.values()), default=0)
        ranked = sorted(sums, key=lambda one: (-sums[one]["earned"] - sums[one]["taken_back"], one))
        return [_part(one, names.get(one, ""), sums[one], highest) for one in ranked]


def counts_in_words(line: Line) -> str:
    """204 messages, 31 buyers: the counts behind a line, never a name."""
    if line.flow != Flow.EARNED:
        if not line.gross:
            return ""
        return ngettext("%(count)s sale", "%(count)s sales", line.count) % {"count": line.count}
    texts = {
        "message": ngettext("%(count)s message", "%(count)s messages", line.count),
        "monthly": ngettext("%(count)s month", "%(count)s months", line.count),
        "one_off": ngettext("%(count)s purchase", "%(count)s purchases", line.count),
        "pool": ngettext("%(count)s answer", "%(count)s answers", line.answers),
    }
    count = line.answers if line.priced == "pool" else line.count
    words = [texts.get(line.priced, "%(count)s") % {"count": formats.number_format(count)}]
    if line.buyers is not None:
        words.append(
            ngettext("%(count)s customer", "%(count)s customers", line.buyers) % {"count": line.buyers}
        )
    return ", ".join(words)


def product_names(organisation: Any) -> dict[str, str]:
    """What a creator's products were called last, by their ids."""
    rows = EarningDaily.objects.for_organisation(organisation).filter(~Q(product_name=""))
    return dict(rows.order_by("day").values_list("product", "product_name"))


def money_chart(**values: Any) -> BarChart:
    """Bars of micro-units."""
    return BarChart(show=_at_axis, **values)


def _at_axis(value: float) -> str:
    """A sum at a chart's axis or column."""
    return shown(round(value))


def shown(micro: int) -> str:
    """A sum for people."""
    return format_money(micro, settings.CURRENCY)


def date_before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def _part(key: str, name: str, sums: dict[str, int], highest: int) -> Part:
    left = sums["earned"] + sums["taken_back"]
    return Part(
        key=key,
        name=name,
        count=sums["count"],
        answers=sums["answers"],
        gross=sums["gross"],
        fee=sums["fee"],
        earned=sums["earned"],
        taken_back=sums["taken_back"],
        percent=max(left, 0) * 100 // highest if highest > 0 else 0,
    )
