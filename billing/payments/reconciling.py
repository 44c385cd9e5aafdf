"""Each night: does Stripe's balance say what the ledger's `cash` says? Fees that Stripe kept are posted on the way.

Lines of the balance (https://docs.stripe.com/api/balance_transactions) are kept, and compared by what they are about: all
lines of a payment, its refunds and its disputes with all cash that the ledger moved for it; a transfer with its reversals likewise.
The ledger names Stripe's objects in the id of an event or among its details.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db.models import Sum
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, post
from billing.models import BalanceLine, LedgerEntry, Payment
from billing.payments.amounts import to_micro
from billing.payments.gateway import payments_on, stripe_api
from billing.payments.mentions import Mentions
from kernel.tenancy import across_organisations

State = BalanceLine.State
BATCH = 500
# Lines become final, and our own postings follow the news, within the hour; lines are looked at again for days.
SETTLED = timedelta(hours=1)
AGAIN = timedelta(days=3)
FIRST = timedelta(days=30)
# A transfer is posted as paid once it has arrived; until then the ledger has it on its way.
GRACE = {"transfer": timedelta(days=14)}
SHORTEST_GRACE = timedelta(hours=6)
FEE_KIND = "payment_fee"
# Money that goes between Stripe and the operator's own bank moves no cash; fees of the account are fees.
OUTSIDE = frozenset(
    {"payout", "payout_failure", "payout_cancel", "topup", "topup_reversal", "reserve_transaction"}
)
ACCOUNT_FEES = frozenset({"stripe_fee", "application_fee", "network_cost", "tax_fee"})
WRONG = (State.MISSING, State.DIFFERENT, State.UNKNOWN)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How a night went: lines looked at, fees posted (micro-units), and what disagrees."""

    lines: int
    fees: int
    wrong: int


def reconcile(*, now: datetime | None = None) -> Reconciled:
    """Compare and post fees. Doing it twice changes nothing; what agreed late is put right the next time.

    Raises:
        PaymentProviderDown: the next night looks at the same days again.
    """
    if not payments_on():
        return Reconciled(0, 0, 0)
    now = now or timezone.now()
    since = _since(now)
    window = {"gte": int(since.timestamp()), "lt": int((now - SETTLED).timestamp())}
    lines = [
        _line(one, now)
        for one in stripe_api().each("balance_transactions", created=window, expand=["source"])
    ]
    fees = sum(_post_fees(lines[at : at + BATCH]) for at in range(0, len(lines), BATCH))
    with across_organisations(reason="the balance at Stripe against the ledger", durable=True):
        _keep(lines)
        wrong = _compare(since, now)
    if wrong:
        logger.error("stripe_balance_differs", count=wrong)
    return Reconciled(len(lines), fees, wrong)


def _since(now: datetime) -> datetime:
    last = BalanceLine.objects.exclude(type="ledger").order_by("-occurred_at").first()
    return (last.occurred_at - AGAIN) if last else now - FIRST


def _line(found: dict[str, Any], now: datetime) -> BalanceLine:
    source = found.get("source")
    about = source if isinstance(source, dict) else {"id": source or ""}
    amount, fee = int(found["amount"]), int(found["fee"])
    if found["type"] in ACCOUNT_FEES:
        amount, fee = 0, fee - amount
    moves_none = found["type"] in OUTSIDE or not amount
    return BalanceLine(
        line_id=found["id"],
        type=found["type"],
        source=about["id"],
        reference=about.get("payment_intent") or about.get("transfer") or about["id"],
        amount=to_micro(amount),
        fee=to_micro(fee),
        state=State.OUTSIDE if moves_none else State.AWAITED,
        occurred_at=datetime.fromtimestamp(int(found["created"]), UTC),
        checked_at=now,
    )


def _post_fees(lines: list[BalanceLine]) -> int:
    posted = 0
    with across_organisations(reason="fees of the payment provider", durable=True):
        for line in lines:
            event = Event(FEE_KIND, "stripe", f"fee:{line.line_id}", line.occurred_at, {"type": line.type})
            postings = [Posting(Kind.PAYMENT_FEES, line.fee), Posting(Kind.CASH, -line.fee)]
            if line.fee and post(event, postings) is not None:
                posted += line.fee
    return posted


def _keep(lines: list[BalanceLine]) -> None:
    BalanceLine.objects.bulk_create(
        lines,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["line_id"],
        update_fields=["reference", "amount", "fee", "checked_at"],
    )


def _compare(since: datetime, now: datetime) -> int:
    lines = BalanceLine.objects.exclude(state=State.OUTSIDE).exclude(type="ledger")
    open_ones = lines.filter(occurred_at__gte=since) | lines.exclude(state=State.MATCHED)
    references = set(open_ones.values_list("reference", flat=True))
    groups: dict[str, list[BalanceLine]] = defaultdict(list)
    for line in lines.filter(reference__in=references).order_by("id"):
        groups[line.reference].append(line)
    # A refund may be about a payment of long ago: the ledger is read from there on.
    earliest = min([since, *(line.occurred_at for group in groups.values() for line in group)]) - AGAIN
    mentions = Mentions(_cash_of_ledger(earliest), _aliases(earliest))
    for reference, group in groups.items():
        _judge(group, mentions.take({reference, *(line.source for line in group)}), now)
    changed = [line for group in groups.values() for line in group]
    BalanceLine.objects.bulk_update(changed, ["state", "in_ledger", "checked_at"], batch_size=BATCH)
    _keep_unknown(mentions.left(since=since, until=now - SHORTEST_GRACE - SETTLED), now)
    return BalanceLine.objects.filter(state__in=WRONG).count()


def _judge(group: list[BalanceLine], in_ledger: int | None, now: datetime) -> None:
    at_stripe = sum(line.amount for line in group)
    young = any(now - line.occurred_at < GRACE.get(line.type, SHORTEST_GRACE) for line in group)
    if in_ledger == at_stripe or (in_ledger is None and not at_stripe):
        state = State.MATCHED
    elif young:
        state = State.AWAITED
    else:
        state = State.MISSING if in_ledger is None else State.DIFFERENT
    for line in group:
        line.state, line.in_ledger, line.checked_at = state, in_ledger or 0, now


def _keep_unknown(left: Iterable[tuple[str, str, int, datetime]], now: datetime) -> None:
    """Write what the ledger moved and Stripe does not know; what was explained meanwhile goes."""
    rows = [
        BalanceLine(
            line_id=transaction,
            type="ledger",
            source=mention[:255],
            reference=mention[:255],
            amount=0,
            in_ledger=amount,
            state=State.UNKNOWN,
            occurred_at=at,
            checked_at=now,
        )
        for transaction, mention, amount, at in left
    ]
    BalanceLine.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    known = set(
        BalanceLine.objects.exclude(type="ledger")
        .values_list("reference", flat=True)
        .filter(
            reference__in=list(BalanceLine.objects.filter(type="ledger").values_list("reference", flat=True))
        )
    )
    BalanceLine.objects.filter(type="ledger", reference__in=known).delete()


def _cash_of_ledger(since: datetime) -> list[tuple[str, str, dict[str, Any], int, datetime]]:
    """Transactions that moved cash, from a moment on."""
    entries = LedgerEntry.objects.across_organisations(reason="cash against Stripe's balance")
    found = entries.filter(account__kind=Kind.CASH, transaction__occurred_at__gte=since)
    return list(
        found.exclude(transaction__kind=FEE_KIND)
        .values_list(
            "transaction__public_id",
            "transaction__event_id",
            "transaction__details",
            "transaction__occurred_at",
        )
        .annotate(total=Sum("amount"))
        .values_list(
            "transaction__public_id",
            "transaction__event_id",
            "transaction__details",
            "total",
            "transaction__occurred_at",
        )
    )


def _aliases(since: datetime) -> dict[str, str]:
    """Other names of a payment: its Checkout page and its invoice."""
    rows = Payment.objects.across_organisations(reason="names of payments").exclude(payment_intent=None)
    named = rows.filter(created_at__gte=since - FIRST).values_list(
        "payment_intent", "session_id", "invoice_id"
    )
    return {other: intent for intent, *others in named for other in others if other}
