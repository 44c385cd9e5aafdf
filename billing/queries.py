"""What was used, and what is left."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from accounts.models import User
from billing.metering.kinds import kind_words
from billing.models import AllowancePeriod
from billing.plans import plan_of
from billing.prices import next_month, this_month

GroupBy = Literal["day", "assistant", "model", "member", "kind"]
GROUPS: tuple[GroupBy, ...] = ("day", "assistant", "model", "member", "kind")


@dataclass(frozen=True, slots=True)
class AllowanceStatus:
    """How the month's allowance stands, in micro-units of `currency`."""

    limit: int
    spent: int
    reserved: int
    renews_at: datetime
    used_up: bool
    currency: str

    @property
    def percent(self) -> int:
        """How much of it is spent, 0 to 100."""
        return min(100, self.spent * 100 // self.limit) if self.limit else 100


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A line of a report. `key` is a day, a kind, or a public id; `label` is for people.

    `cached_tokens` and `reasoning_tokens` are within the tokens in and out. `quantity` counts what is no token: pages, tool
    calls, megabytes for a day.
    """

    key: str
    label: str
    answers: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost: int
    cached_tokens: int
    reasoning_tokens: int
    quantity: int


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """The sum of a period; `people` counts who asked."""

    answers: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost: int
    cached_tokens: int
    reasoning_tokens: int
    people: int


def allowance_status(organisation: Any) -> AllowanceStatus:
    """How much of this month's allowance is left."""
    month = this_month()
    latest = AllowancePeriod.objects.for_organisation(organisation).order_by("-month").first()
    period = latest if latest and latest.month == month else None
    limit = period.limit if period else _new_limit(organisation, latest)
    spent, reserved = (period.spent, period.reserved) if period else (0, 0)
    return AllowanceStatus(
        limit=limit,
        spent=spent,
        reserved=reserved,
        renews_at=datetime.combine(next_month(month), time(), UTC),
        used_up=spent >= limit,
        currency=settings.CURRENCY,
    )


def _new_limit(organisation: Any, latest: AllowancePeriod | None) -> int:
    """What `billing.plans.NEW_LIMIT` says, for a month that nobody has used yet."""
    if plan := plan_of(organisation):
        return plan.monthly_allowance
    return latest.limit if latest else settings.MONTHLY_ALLOWANCE_MICRO


# Sums, and the few records that have not joined them yet, so that nothing is missing that has just happened: both as
# they stand at one moment. Calls are those of models: a tool's or a day's storage is none. What the platform pays
# is nobody's cost here.
USAGE = """
WITH usage AS (
  SELECT day, product, product_name, model, kind, user_id, answers,
    CASE WHEN kind IN ('tool', 'storage', 'fee') THEN 0 ELSE calls END AS calls,
    input_tokens, output_tokens, cached_tokens, reasoning_tokens, quantity,
    CASE WHEN paid_by = 'platform' THEN 0 ELSE cost END AS cost
  FROM billing_usagedaily
  WHERE organisation_id = %(organisation)s AND day BETWEEN %(start)s AND %(end)s
    AND (%(user)s::bigint IS NULL OR user_id = %(user)s)
  UNION ALL
  SELECT (record.created_at AT TIME ZONE 'UTC')::date, product, product_name, model, kind, user_id, answered::integer,
    CASE WHEN kind IN ('tool', 'storage', 'fee') THEN 0 ELSE 1 END,
    input_tokens, output_tokens, cached_tokens, reasoning_tokens, quantity,
    CASE WHEN paid_by = 'platform' THEN 0 ELSE cost END AS cost
  FROM billing_usagepending pending JOIN billing_usagerecord record ON record.id = pending.record_id
  WHERE pending.organisation_id = %(organisation)s AND record.organisation_id = %(organisation)s
    AND record.created_at >= %(start)s::timestamp AT TIME ZONE 'UTC'
    AND record.created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    AND (%(user)s::bigint IS NULL OR user_id = %(user)s))
"""
TOTALS = (
    "sum(answers)::bigint, sum(calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cost)::bigint,"
    " sum(cached_tokens)::bigint, sum(reasoning_tokens)::bigint"
)
SUMS = f"{TOTALS}, sum(quantity)::bigint"
KEYS: dict[GroupBy, str] = {
    "day": "day::text, day::text",
    "assistant": "product, (array_agg(product_name ORDER BY day DESC))[1]",
    "model": "model, model",
    "member": "user_id::text, ''",
    "kind": "kind, kind",
}
GROUP_COLUMNS: dict[GroupBy, str] = {
    "day": "day",
    "assistant": "product",
    "model": "model",
    "member": "user_id",
    "kind": "kind",
}


def usage_report(
    organisation: Any, start: date, end: date, group_by: GroupBy, *, user_id: int | None = None
) -> list[UsageRow]:
    """Usage of an organisation, summed up; days in order, anything else by its cost and size.

    Args:
        start, end: days in UTC, both included.
        user_id: only what this person used.
    """
    order = "1" if group_by == "day" else "7 DESC, 3 DESC, 5 DESC, 1"
    statement = f"{USAGE} SELECT {KEYS[group_by]}, {SUMS} FROM usage GROUP BY {GROUP_COLUMNS[group_by]} ORDER BY {order}"  # noqa: S608
    rows = [
        UsageRow(key or "", label, *sums)
        for key, label, *sums in _fetch(statement, organisation, start, end, user_id)
    ]
    if group_by == "kind":
        return [replace(row, label=str(kind_words(row.key))) for row in rows]
    return _with_names(rows) if group_by == "member" else rows


def usage_total(organisation: Any, start: date, end: date, *, user_id: int | None = None) -> UsageTotal:
    """Everything that an organisation used between two days, both included."""
    statement = f"{USAGE} SELECT {TOTALS}, count(DISTINCT user_id) FROM usage"  # noqa: S608
    (row,) = _fetch(statement, organisation, start, end, user_id)
    return UsageTotal(*(value or 0 for value in row))


def usage_by_day_and_assistant(
    organisation: Any, start: date, end: date, *, user_id: int | None = None
) -> list[tuple[date, str, str, int]]:
    """Answers: (day, product, its name, how many), for the chart."""
    statement = (
        f"{USAGE} SELECT day, product, (array_agg(product_name))[1], sum(answers)::bigint"  # noqa: S608
        " FROM usage GROUP BY day, product HAVING sum(answers) > 0 ORDER BY day"
    )
    return [
        (day, product, name, answers)
        for day, product, name, answers in _fetch(statement, organisation, start, end, user_id)
    ]


def usage_details(
    organisation: Any, start: date, end: date, *, user_id: int | None = None
) -> list[tuple[Any, ...]]:
    """Everything, for a download: day, assistant's name and id, model, person, answers, calls, tokens in, out, cost, of these
    tokens cached and reasoning, quantity, kind.
    """
    statement = (
        f"{USAGE} SELECT day, (array_agg(product_name))[1], product, model, user_id, {SUMS}, kind"  # noqa: S608
        " FROM usage GROUP BY day, product, model, user_id, kind ORDER BY day, product, model, user_id, kind"
    )
    rows = _fetch(statement, organisation, start, end, user_id)
    people = User.objects.in_bulk({row[4] for row in rows if row[4]})
    return [(*row[:4], people[row[4]].email if row[4] in people else "", *row[5:]) for row in rows]


def days_between(start: date, end: date) -> list[date]:
    """Every day from start to end, both included."""
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _fetch(
    statement: str, organisation: Any, start: date, end: date, user_id: int | None
) -> list[tuple[Any, ...]]:
    values = {"organisation": organisation.pk, "start": start, "end": end, "user": user_id}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _with_names(rows: list[UsageRow]) -> list[UsageRow]:
    people = User.objects.in_bulk([int(row.key) for row in rows if row.key])
    return [_named(row, people.get(int(row.key)) if row.key else None) for row in rows]


def _named(row: UsageRow, person: User | None) -> UsageRow:
    return replace(row, key=person.public_id if person else "", label=person.display_name if person else "")
