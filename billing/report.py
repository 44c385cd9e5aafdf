"""The usage page's month, worked out for showing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.access import only_own
from billing.metering.kinds import amount_words
from billing.models import Plan
from billing.plans import plan_of
from billing.prices import next_month, this_month
from billing.queries import (
    AllowanceStatus,
    UsageRow,
    UsageTotal,
    allowance_status,
    days_between,
    usage_by_day_and_assistant,
    usage_report,
    usage_total,
)
from kernel.errors import InvalidInput
from organisations.actors import Actor
from web.charts import BarChart, Series

SHOWN = 4  # a fifth colour stands for all others


@dataclass(frozen=True)
class Share:
    """A line with a bar: something's part of the largest of its kind."""

    row: UsageRow
    percent: int

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.row.input_tokens + self.row.output_tokens


@dataclass(frozen=True)
class KindOfUse:
    """A kind of use, and how much of it in words."""

    row: UsageRow
    amount: str


class MonthOfUsage:
    """One month of an organisation's usage as far as the actor may see it; each part is read when it is shown."""

    def __init__(self, actor: Actor, month: date) -> None:
        self.actor, self.organisation, self.month = actor, actor.organisation, month
        self.start, self.own = month, only_own(actor)
        self.end = min(next_month(month) - timedelta(days=1), datetime.now(UTC).date())

    @property
    def title(self) -> str:
        """November 2026."""
        return str(formats.date_format(self.month, "YEAR_MONTH_FORMAT"))

    @property
    def previous(self) -> str:
        """The month before, for the address."""
        return f"{self.month - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        """The month after; empty where that is the future."""
        following = next_month(self.month)
        return f"{following:%Y-%m}" if following <= this_month() else ""

    @property
    def is_current(self) -> bool:
        """Whether the month is still running."""
        return self.month == this_month()

    @cached_property
    def plan(self) -> Plan | None:
        """What the organisation is on."""
        return plan_of(self.organisation)

    @cached_property
    def total(self) -> UsageTotal:
        """The month in one line."""
        return usage_total(self.organisation, self.start, self.end, user_id=self.own)

    @cached_property
    def before(self) -> UsageTotal:
        """The month before in one line."""
        start = (self.month - timedelta(days=1)).replace(day=1)
        return usage_total(self.organisation, start, self.month - timedelta(days=1), user_id=self.own)

    @cached_property
    def allowance(self) -> AllowanceStatus:
        """How this month's allowance stands."""
        return allowance_status(self.organisation)

    @property
    def days_left(self) -> int:
        """Days until the allowance starts again."""
        return (self.allowance.renews_at.date() - datetime.now(UTC).date()).days

    @property
    def cost_an_answer(self) -> int | None:
        """Micro-units an answer; None without answers."""
        return self.total.cost // self.total.answers if self.total.answers else None

    @property
    def by_assistant(self) -> list[Share]:
        """Assistants with their parts."""
        return self._shares("assistant")

    @property
    def by_model(self) -> list[Share]:
        """Models with their parts."""
        return self._shares("model")

    @cached_property
    def by_kind(self) -> list[KindOfUse]:
        """What was used, kind by kind, the dearest first."""
        rows = usage_report(self.organisation, self.start, self.end, "kind", user_id=self.own)
        return [KindOfUse(row, amount_words(row)) for row in rows]

    @property
    def by_member(self) -> list[Share]:
        """Members with their parts; empty for those who see only their own."""
        return [] if self.own is not None else self._shares("member")

    @cached_property
    def chart(self) -> BarChart:
        """Answers a day by assistant."""
        rows = usage_by_day_and_assistant(self.organisation, self.start, self.end, user_id=self.own)
        days = days_between(self.start, self.end)
        return BarChart(
            title=_("Answers a day"),
            sentence=_sentence(self.total.answers, self.title),
            labels=[str(day.day) for day in days],
            series=_series(rows, days),
        )

    def _shares(self, group_by: Any) -> list[Share]:
        rows = usage_report(self.organisation, self.start, self.end, group_by, user_id=self.own)
        rows = [row for row in rows if row.calls]  # storage belongs to no assistant and no model
        measure = "cost" if any(row.cost for row in rows) else "answers"
        highest = max((getattr(row, measure) for row in rows), default=0) or 1
        return [Share(row, getattr(row, measure) * 100 // highest) for row in rows[:12]]


def month_of(actor: Actor, wanted: str | None) -> MonthOfUsage:
    """The month that an address asks for, the present one by default.

    Raises:
        InvalidInput: it is no month, or lies in the future.
    """
    try:
        month = datetime.strptime(wanted, "%Y-%m").replace(tzinfo=UTC).date() if wanted else this_month()
    except ValueError:
        month = date.max
    if not date(2000, 1, 1) <= month <= this_month():
        raise InvalidInput.on(
            "month", "invalid_month", _("Give a month that has begun, for example 2026-11.")
        )
    return MonthOfUsage(actor, month)


def _sentence(answers: int, month: str) -> str:
    text = ngettext(
        "%(count)s answer in %(month)s, by day and assistant",
        "%(count)s answers in %(month)s, by day and assistant",
        answers,
    )
    return text % {"count": answers, "month": month}


def _series(rows: Iterable[tuple[date, str, str, int]], days: list[date]) -> list[Series]:
    values: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[str, str] = {}
    for day, product, name, answers in rows:
        values[product][day] += answers
        names[product] = name
    ranked = sorted(values, key=lambda product: -sum(values[product].values()))
    series = [Series(names[p] or _("Unnamed"), [values[p][day] for day in days]) for p in ranked[:SHOWN]]
    if ranked[SHOWN:]:
        series.append(Series(_("Others"), [sum(values[p][day] for p in ranked[SHOWN:]) for day in days]))
    return series or [Series(_("Answers"), [0 for _day in days])]
