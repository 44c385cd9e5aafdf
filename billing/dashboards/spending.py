"""Where an organisation's money goes: by group and by what pays, how fast limits are used up, and its wallet day by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import nan
from typing import Any

from django.db import connection
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.budgets.words import budget_names
from billing.dashboards.earnings import shown
from billing.dashboards.forecast import WEEKS, forecast_of
from billing.dashboards.periods import today
from billing.models import Budget, BudgetMonth, UsageRecord, Wallet
from billing.queries import allowance_status, days_between
from billing.report import MonthOfUsage
from web.charts import LineChart, Series

# Sums, and the few records that have not joined them yet.
USED = """
WITH used AS (
  SELECT day, user_id, paid_by, answers, cost FROM billing_usagedaily
  WHERE organisation_id = %(organisation)s AND day BETWEEN %(start)s AND %(end)s
  UNION ALL
  SELECT (record.created_at AT TIME ZONE 'UTC')::date, user_id, paid_by, answered::integer, cost
  FROM billing_usagepending pending JOIN billing_usagerecord record ON record.id = pending.record_id
  WHERE pending.organisation_id = %(organisation)s AND record.organisation_id = %(organisation)s
    AND record.created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
    AND record.created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC')
"""
BY_PAYER = (
    f"{USED} SELECT paid_by, sum(answers)::bigint, sum(cost)::bigint FROM used GROUP BY 1 ORDER BY 3 DESC, 1"  # noqa: S608
)
# What is given back is no spending.
BY_PRICE = """
SELECT kind <> 'message', count(*), sum(amount)::bigint FROM billing_sale
WHERE organisation_id = %(organisation)s AND refunded_at IS NULL
  AND created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC' AND created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
GROUP BY 1 ORDER BY 1
"""
BY_GROUP = f"""{USED}
SELECT one.public_id, one.name, sum(used.answers)::bigint, sum(used.cost)::bigint FROM used
JOIN organisations_membership member ON member.user_id = used.user_id AND member.organisation_id = %(organisation)s
JOIN organisations_groupmembership place ON place.membership_id = member.id
JOIN organisations_group one ON one.id = place.group_id
GROUP BY 1, 2 ORDER BY 4 DESC, 3 DESC, 2
"""  # noqa: S608
BY_DAY = f"{USED} SELECT day, sum(cost)::bigint FROM used WHERE paid_by = 'allowance' GROUP BY 1 ORDER BY 1"  # noqa: S608
# The account's own entries: a wallet's balance is a credit. What is not posted yet is in the counter alone.
WALLET = """
SELECT GREATEST((happened.occurred_at AT TIME ZONE 'UTC')::date, %(before)s), -sum(entry.amount)::bigint
FROM billing_ledgerentry entry
JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'wallet'
JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id
WHERE entry.organisation_id = %(organisation)s AND account.organisation_id = %(organisation)s
  AND happened.occurred_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
GROUP BY 1 ORDER BY 1
"""
SHOWN = 12  # lines of a panel; its file has all
# The platform pays the one itself; the other's price is counted as what was paid for it.
NO_SPENDING = (UsageRecord.PaidBy.PLATFORM, UsageRecord.PaidBy.PRICE)
SOLD: dict[bool, str | Promise] = {
    False: gettext_lazy("Prices of messages"),
    True: gettext_lazy("Assistants that were bought"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What somebody, or something, spent; `percent` of the largest. Micro-units."""

    name: str
    answers: int
    cost: int
    percent: int


@dataclass(frozen=True, slots=True)
class Burning:
    """A limit of the month and how fast it is used up. Micro-units.

    Attributes:
        expected: what will be spent by the end of the month, going on like this.
        used_up_on: the day on which it will be used up; None where it lasts.
    """

    name: str
    limit: int
    spent: int
    expected: int
    used_up_on: date | None

    @property
    def percent(self) -> int:
        """How much of it is spent, 0 to 100."""
        return min(100, self.spent * 100 // self.limit) if self.limit else 100

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left."""
        return self.spent >= self.limit

    @property
    def kind(self) -> str:
        """How its meter looks."""
        return "bad" if self.is_used_up else "warn" if self.used_up_on else ""


class Spending:
    """What the usage page adds for those who may see what everybody spends; each part is read when it is shown."""

    def __init__(self, month: MonthOfUsage) -> None:
        self.month, self.organisation = month, month.organisation

    @cached_property
    def by_payer(self) -> list[Spent]:
        """What paid: the allowance, the wallet, an own key; and what was paid for others' assistants."""
        words = dict(UsageRecord.PaidBy.choices)
        rows = [(str(words[row[0]]), *row[1:]) for row in self._rows(BY_PAYER) if row[0] not in NO_SPENDING]
        rows += [
            (str(SOLD[bought]), count, amount) for bought, count, amount in self._rows(BY_PRICE) if amount
        ]
        highest = max((row[2] for row in rows), default=0)
        return sorted(
            (
                Spent(name, answers, cost, cost * 100 // highest if highest else 0)
                for name, answers, cost in rows
            ),
            key=lambda one: (-one.cost, one.name),
        )

    @cached_property
    def by_group(self) -> list[Spent]:
        """The groups that spent most."""
        return self.all_groups[:SHOWN]

    @cached_property
    def all_groups(self) -> list[Spent]:
        """Groups of members. Somebody in two groups counts in both."""
        rows = self._rows(BY_GROUP)
        place = 3 if any(row[3] for row in rows) else 2
        highest = max((row[place] for row in rows), default=0) or 1
        return [
            Spent(name, answers, cost, (cost if place == 3 else answers) * 100 // highest)
            for _id, name, answers, cost in rows
        ]

    @cached_property
    def spent_by_day(self) -> dict[date, int]:
        """What the allowance paid, by day, of the month and of the weeks before it."""
        start = min(self.month.start, today() - timedelta(days=WEEKS * 7))
        return dict(self._rows(BY_DAY, start=start))

    @cached_property
    def allowance(self) -> Burning | None:
        """How fast this month's allowance is used up; None for a month that is over."""
        if not self.month.is_current:
            return None
        status = allowance_status(self.organisation)
        ahead = self._expected_days(status.spent)
        return _burning(_("Allowance"), status.limit, status.spent, ahead)

    @cached_property
    def budgets(self) -> list[Burning]:
        """The fullest budgets."""
        return self.all_budgets[:SHOWN]

    @cached_property
    def all_budgets(self) -> list[Burning]:
        """How fast budgets are used up that have used something this month, the fullest first."""
        if not self.month.is_current:
            return []
        spent = {
            (row.scope, row.subject): row.spent
            for row in BudgetMonth.objects.for_organisation(self.organisation).filter(
                month=self.month.month, spent__gt=0
            )
        }
        rows = [
            one
            for one in Budget.objects.for_organisation(self.organisation)
            if (one.scope, one.subject) in spent
        ]
        names = budget_names(self.organisation.pk, [(one.scope, one.subject) for one in rows])
        found = [
            _burning(
                names.get((one.scope, one.subject)) or one.name,
                one.limit,
                spent[one.scope, one.subject],
                self._evenly(spent[one.scope, one.subject]),
            )
            for one in rows
        ]
        return sorted(found, key=lambda one: -one.percent)

    @cached_property
    def burn_down(self) -> LineChart | None:
        """What is left of the allowance day by day, and what will be; None for a month that is over."""
        found = self.allowance
        if found is None or not found.limit:
            return None
        days, left = days_between(self.month.start, _last_day(self.month)), found.limit
        lefts: list[float] = []
        for day in days:
            left -= self.spent_by_day.get(day, 0)
            lefts.append(max(left, 0) if day <= today() else nan)
        ahead, still = self._expected_days(found.spent), found.limit - found.spent
        expected: list[float] = [nan if day < today() else max(still, 0) for day in days]
        for place, day in enumerate(days):
            if day > today():
                still -= ahead.get(day, 0)
                expected[place] = max(still, 0)
        return LineChart(
            title=_("What is left of the allowance"),
            sentence=self._sentence(found),
            labels=[str(day.day) for day in days],
            series=[Series(_("Left"), lefts, 1), Series(_("Going on like this"), expected, 4)],
            show=_money,
        )

    @cached_property
    def wallet(self) -> LineChart | None:
        """The wallet at the end of each day of the month; None where there never was any credit."""
        counter = Wallet.objects.for_organisation(self.organisation).first()
        if counter is None:
            return None
        before = self.month.start - timedelta(days=1)
        moved = dict(self._rows(WALLET, before=before))
        days, balance = days_between(self.month.start, self.month.end), moved.get(before, 0)
        values: list[float] = []
        for day in days:
            balance += moved.get(day, 0)
            values.append(max(balance, 0))
        if self.month.is_current and values:
            values[-1] = counter.balance
        return LineChart(
            title=_("The wallet, day by day"),
            sentence=_("%(sum)s in the wallet at the end of %(month)s's last day shown")
            % {"sum": shown(round(values[-1]) if values else 0), "month": self.month.title},
            labels=[str(day.day) for day in days],
            series=[Series(_("In the wallet"), values, 1)],
            show=_money,
        )

    def _expected_days(self, spent: int) -> Mapping[date, int]:
        """What each day to come will spend: the mean of its weekday, or of all days while little is known."""
        found = forecast_of(self.spent_by_day, now=today(), end=_last_day(self.month), so_far=spent)
        return found.days if found else self._evenly(spent)

    def _evenly(self, spent: int) -> Mapping[date, int]:
        ahead = days_between(today() + timedelta(days=1), _last_day(self.month))
        return dict.fromkeys(ahead, spent // today().day)

    def _sentence(self, found: Burning) -> str:
        if found.used_up_on:
            day = formats.date_format(found.used_up_on, "MONTH_DAY_FORMAT")
            return _("Going on like this, the allowance is used up on %(day)s") % {"day": day}
        return _("Going on like this, %(sum)s of the allowance are spent at the end of the month") % {
            "sum": shown(found.expected)
        }

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        month: dict[str, Any] = {
            "start": self.month.start,
            "end": self.month.end,
            "organisation": self.organisation.pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, month | values)
            return list(cursor.fetchall())


def _burning(name: str, limit: int, spent: int, ahead: Mapping[date, int]) -> Burning:
    total, used_up_on = spent, None
    for day in sorted(ahead):
        total += ahead[day]
        if used_up_on is None and spent < limit <= total:
            used_up_on = day
    return Burning(name, limit, spent, total, used_up_on)


def _last_day(month: MonthOfUsage) -> date:
    following = (month.start + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def _money(value: float) -> str:
    return shown(round(value))
