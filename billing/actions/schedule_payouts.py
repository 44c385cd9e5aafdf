"""The monthly payouts: whoever is owed enough, and can be paid, is sent it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from billing.earning.balances import payable
from billing.models import Payout, PayoutAccount
from billing.payments.gateway import payments_on
from billing.payouts.booking import UNDER_WAY, WHY, book_payout, whole
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations

TASK = "billing.send_payout"
State = Payout.State
# How long after each failure of a month the next try is made by itself; then people look at it.
AGAIN = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
CHANGED = (
    "account_changed"  # nothing was wrong with the money: tried again as soon as the new account may be paid
)


def schedule_payouts(*, now: datetime | None = None) -> int:
    """Plan the month's payouts from its `PAYOUT_DAY` on, each in its own transaction; returns how many were planned.

    Doing it again, or twice at once, plans nothing twice. What is below the minimum, or below zero, is carried on.
    """
    at = now or timezone.now()
    if at.day < settings.PAYOUT_DAY:
        return 0
    with across_organisations(reason=WHY):
        owners = list(
            PayoutAccount.objects.across_organisations(reason=WHY)
            .filter(ended_at=None, ready=True, held_since=None, paused_until__lte=at)
            .order_by("organisation_id")
            .values_list("organisation_id", flat=True)
        )
    return sum(schedule_payout(owner, now=at) is not None for owner in owners)


def schedule_payout(
    organisation_id: int, *, now: datetime | None = None, asked: bool = False
) -> Payout | None:
    """Plan one organisation's payout, where there is enough to be paid and somewhere to pay it to; None where not.

    Args:
        asked: a person wants it: also after failures of this month, but never beside a payout of this month that went out.
    """
    at = now or timezone.now()
    with across_organisations(reason=WHY, durable=True):
        account = _account(organisation_id)
        if account is None or not may_be_paid(account, at):
            return None
        rows = Payout.objects.across_organisations(reason=WHY).filter(organisation_id=organisation_id)
        if rows.filter(state__in=UNDER_WAY).exists():
            return None
        last = rows.order_by("-pk").first()
        if not _has_its_turn(
            list(rows.filter(month=at.date().replace(day=1)).order_by("pk")), at, asked=asked
        ):
            return None
        amount = whole(payable(organisation_id).available)
        if amount < max(settings.PAYOUT_MINIMUM_MICRO, 1):
            return None
        retried = last if last is not None and last.state == State.FAILED else None
        payout = book_payout(account, amount, at=at, retry_of=retried)
        if payout.method == PayoutAccount.Method.STRIPE:
            enqueue_after_commit(TASK, key=payout.pk)
    return payout


def may_be_paid(account: PayoutAccount, at: datetime) -> bool:
    """Whether money may go to an account now."""
    return (
        account.ended_at is None
        and account.ready
        and account.held_since is None
        and account.paused_until <= at
        and account.organisation.suspended_at is None
        and (account.method != PayoutAccount.Method.STRIPE or payments_on())
    )


def sweep_payouts(*, batch: int = 500) -> int:
    """Hand payouts that are due, and that nobody works on, to the workers again; returns how many."""
    with across_organisations(reason=WHY, durable=True):
        due = Payout.objects.across_organisations(reason=WHY).filter(
            state__in=UNDER_WAY, method=PayoutAccount.Method.STRIPE, due_at__lte=Now()
        )
        keys = list(due.exclude(held_until__gt=Now()).order_by("due_at").values_list("pk", flat=True)[:batch])
        for key in keys:
            enqueue_after_commit(TASK, key=key)
    return len(keys)


def _account(organisation_id: int) -> PayoutAccount | None:
    """The account, locked: of two jobs the second one finds what the first one took."""
    rows = PayoutAccount.objects.across_organisations(reason=WHY).select_related("organisation")
    found: PayoutAccount | None = (
        rows.select_for_update(of=["self"]).filter(organisation_id=organisation_id, ended_at=None).first()
    )
    return found


def _has_its_turn(of_month: list[Payout], at: datetime, *, asked: bool) -> bool:
    if not of_month:
        return True
    if any(one.state not in (State.FAILED, State.RETRIED) for one in of_month):
        return False
    last, failures = of_month[-1], sum(one.problem_code != CHANGED for one in of_month)
    if asked or last.problem_code == CHANGED:
        return True
    return failures <= len(AGAIN) and last.ended_at is not None and last.ended_at + AGAIN[failures - 1] <= at
