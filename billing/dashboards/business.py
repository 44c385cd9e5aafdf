"""What the installation earns, costs and owes, for its finance. Read across organisations; nobody's name is in it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _

from billing.dashboards.earnings import money_chart, shown
from billing.dashboards.periods import Span
from billing.ledger import Kind
from billing.models import LedgerAccount, MeteringCheck, Payment, Payout, Sale
from web.charts import BarChart, Series

IN_TIME = """
happened.occurred_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
AND happened.occurred_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
"""
# Debits and credits of every account, day by day: one sweep that all figures come from.
MOVED = f"""
SELECT date_trunc(%(step)s, happened.occurred_at AT TIME ZONE 'UTC')::date, account.kind, happened.kind,
  COALESCE(sum(entry.amount) FILTER (WHERE entry.amount > 0), 0)::bigint,
  COALESCE(-sum(entry.amount) FILTER (WHERE entry.amount < 0), 0)::bigint
FROM billing_ledgertransaction happened
JOIN billing_ledgerentry entry ON entry.transaction_id = happened.id
JOIN billing_ledgeraccount account ON account.id = entry.account_id
WHERE {IN_TIME} GROUP BY 1, 2, 3 ORDER BY 1
"""  # noqa: S608
PAYERS = """
SELECT count(DISTINCT organisation_id) FROM (
  SELECT organisation_id FROM billing_sale WHERE created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
    AND created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
  UNION ALL
  SELECT organisation_id FROM billing_payment WHERE state = 'paid' AND paid_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC'
    AND paid_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC') payers
"""
HAPPENED = (
    f"SELECT happened.kind, count(*) FROM billing_ledgertransaction happened WHERE {IN_TIME} GROUP BY 1"  # noqa: S608
)
OWED = """
SELECT account.kind, -sum(entry.amount)::bigint FROM billing_ledgeraccount account
JOIN billing_ledgerentry entry ON entry.account_id = account.id
WHERE account.kind IN ('creator_payable', 'pool', 'pool_remainder') GROUP BY 1
"""
# Creators whose sums by day are not what their account holds; those that wait to be summed up are none of them.
OTHERWISE = """
SELECT count(*) FROM (
  SELECT owner FROM (
    SELECT organisation_id AS owner, amount FROM billing_earningdaily
    UNION ALL
    SELECT entry.organisation_id, entry.amount FROM billing_ledgerentry entry
    JOIN billing_ledgeraccount account ON account.id = entry.account_id AND account.kind = 'creator_payable') parts
  WHERE NOT EXISTS (SELECT 1 FROM billing_earningpending due WHERE due.organisation_id = parts.owner)
  GROUP BY owner HAVING sum(amount) <> 0) differing
"""
INCOME = (Kind.PLATFORM_FEE, Kind.SUBSCRIPTION_REVENUE, Kind.USAGE_REVENUE)
MODELS = (Kind.PROVIDER_COST, Kind.ALLOWANCES)
OTHER_COSTS = (Kind.PROMOTIONS, Kind.REFUNDS, Kind.PAYMENT_FEES, Kind.DISPUTE_LOSSES)


@dataclass(frozen=True, slots=True)
class Column:
    """A day's or a month's figures, in micro-units.

    Attributes:
        sold: what buyers paid for assistants. revenue: fees, subscriptions less the pool's part, use beyond allowances, and what
            prices covered of models' cost. models: what models cost. other: promotions, refunds, payment fees, disputes.
        fee: the platform's part of what was sold. creators: what creators earned, taken back or not.
    """

    day: date
    sold: int = 0
    revenue: int = 0
    models: int = 0
    other: int = 0
    fee: int = 0
    creators: int = 0

    @property
    def margin(self) -> int:
        """What is left."""
        return self.revenue - self.models - self.other

    @property
    def margin_rate(self) -> float | None:
        """Margin against revenue; None without any."""
        return self.margin / self.revenue if self.revenue > 0 else None

    @property
    def take_rate(self) -> float | None:
        """The platform's part of what buyers paid; None where nothing was sold."""
        return self.fee / self.sold if self.sold else None


@dataclass(frozen=True, slots=True)
class Balance:
    """A line of the trial balance of the time shown, in micro-units."""

    name: str
    debits: int
    credits: int


class BusinessPage:
    """A month by its days or a year by its months; each part is worked out when it is shown."""

    def __init__(self, span: Span) -> None:
        self.span = span

    @cached_property
    def moved(self) -> list[tuple[date, str, str, int, int]]:
        """Day or month, account, what happened, debits, credits."""
        return self._rows(MOVED, step="month" if self.span.by_month else "day")

    @cached_property
    def columns(self) -> list[Column]:
        """Figures of each day or month."""
        by_day: dict[date, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self.moved:
            by_day[row[0]].append(row[1:])
        return [_column(day, by_day[day]) for day in self.span.columns]

    @cached_property
    def total(self) -> Column:
        """The whole time."""
        return _column(self.span.start, [row[1:] for row in self.moved])

    @cached_property
    def chart(self) -> BarChart:
        """What came in, by where it came from."""
        names = {
            Kind.PLATFORM_FEE: _("Fees of sales"),
            Kind.SUBSCRIPTION_REVENUE: _("Subscriptions, less the pool"),
            Kind.USAGE_REVENUE: _("Use beyond allowances"),
        }
        series = []
        for colour, (kind, name) in enumerate(names.items(), start=1):
            rows = ((row[0], row[4] - row[3]) for row in self.moved if row[1] == kind)
            values = [max(value, 0) for value in self.span.summed(rows)]
            if any(values):
                series.append(Series(name, values, colour))
        return money_chart(
            title=_("Revenue a month") if self.span.by_month else _("Revenue a day"),
            sentence=_("%(sum)s came in in %(time)s, by where it came from")
            % {"sum": shown(self.total.revenue), "time": self.span.title},
            labels=self.span.labels,
            series=series or [Series(_("Revenue"), [0] * len(self.span.labels))],
        )

    @cached_property
    def payers(self) -> int:
        """Customers who paid something."""
        return int(self._rows(PAYERS)[0][0])

    @cached_property
    def failed_payments(self) -> tuple[int, int]:
        """How many payments failed, and what was asked for by them."""
        rows = self._payments().filter(state=Payment.State.FAILED).values_list("amount", flat=True)
        amounts = list(rows)
        return len(amounts), sum(amounts)

    @cached_property
    def happened(self) -> dict[str, int]:
        """How often what was booked."""
        return dict(self._rows(HAPPENED))

    @property
    def disputes(self) -> tuple[int, int, int]:
        """Disputes opened, won, and what banks took."""
        taken = sum(row[4] for row in self.moved if row[1] == Kind.CASH and row[2] == "dispute")
        return self.happened.get("dispute", 0), self.happened.get("dispute_won", 0), taken

    @cached_property
    def owed(self) -> dict[str, int]:
        """What is owed to creators, in the pool, and in its remainder, now."""
        return dict(self._rows(OWED))

    @cached_property
    def payouts(self) -> tuple[int, int, int]:
        """Payouts planned or on their way: how many, how much; and how many failed and wait for finance."""
        rows = Payout.objects.across_organisations(reason="payouts of all creators")
        due = list(
            rows.filter(state__in=[Payout.State.SCHEDULED, Payout.State.SENDING]).values_list(
                "amount", flat=True
            )
        )
        return len(due), sum(due), rows.filter(state=Payout.State.FAILED).count()

    @cached_property
    def trial_balance(self) -> list[Balance]:
        """Debits and credits of every account in the time shown."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for _day, kind, _what, debits, credits in self.moved:
            sums[kind][0] += debits
            sums[kind][1] += credits
        names = dict(LedgerAccount.Kind.choices)
        return [Balance(str(names[kind]), *sums[kind]) for kind in LedgerAccount.Kind.values if kind in sums]

    @property
    def balanced(self) -> bool:
        """Whether debits and credits are the same."""
        return sum(one.debits for one in self.trial_balance) == sum(one.credits for one in self.trial_balance)

    @property
    def debits(self) -> int:
        """All debits of the time shown."""
        return sum(one.debits for one in self.trial_balance)

    @cached_property
    def unposted(self) -> tuple[int, int, datetime | None]:
        """Sales that are not in the ledger yet: how many, what for, since when."""
        rows = Sale.objects.across_organisations(reason="sales of all").filter(posted_at=None)
        found = list(rows.order_by("pk").values_list("amount", "created_at"))
        return len(found), sum(row[0] for row in found), min((row[1] for row in found), default=None)

    @property
    def is_late(self) -> bool:
        """Whether a sale has waited for the ledger for more than ten minutes."""
        oldest = self.unposted[2]
        return oldest is not None and (datetime.now(UTC) - oldest).total_seconds() > 600

    @cached_property
    def creators_differing(self) -> int:
        """Creators whose sums by day are not what the ledger says."""
        return int(self._rows(OTHERWISE)[0][0])

    @cached_property
    def check(self) -> MeteringCheck | None:
        """The latest comparison of use, ledger and wallets."""
        return MeteringCheck.objects.order_by("-started_at").first()

    def named(self, column: Column) -> str:
        """A column's day or month."""
        style = "YEAR_MONTH_FORMAT" if self.span.by_month else "MONTH_DAY_FORMAT"
        return str(formats.date_format(column.day, style))

    @property
    def rows(self) -> list[tuple[str, Column]]:
        """Columns that have begun, the latest first, with their names."""
        return [(self.named(one), one) for one in reversed(self.columns) if one.day <= self.span.until]

    def _payments(self) -> Any:
        rows = Payment.objects.across_organisations(reason="payments of all customers")
        return rows.filter(created_at__date__gte=self.span.start, created_at__date__lte=self.span.end)

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"start": self.span.start, "end": self.span.end} | values)
            return list(cursor.fetchall())


def _column(day: date, rows: list[tuple[Any, ...]]) -> Column:
    """Figures of what accounts moved: (account, what happened, debits, credits)."""
    net: dict[str, int] = defaultdict(int)
    sold = fee = covered = creators = 0
    for kind, what, debits, credits in rows:
        net[kind] += credits - debits
        if what == "sale":
            sold += debits if kind == Kind.WALLET else 0
            fee += credits if kind == Kind.PLATFORM_FEE else 0
            covered += credits if kind == Kind.PROVIDER_COST else 0
        if kind == Kind.CREATOR_PAYABLE and not what.startswith("payout"):
            creators += credits - debits
    return Column(
        day=day,
        sold=sold,
        revenue=sum(net[kind] for kind in INCOME) + covered,
        models=covered - sum(net[kind] for kind in MODELS),
        other=-sum(net[kind] for kind in OTHER_COSTS),
        fee=fee,
        creators=creators,
    )
