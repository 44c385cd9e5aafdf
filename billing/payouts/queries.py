"""Payouts and payout accounts, as their creators see them, inside their scope."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum

from billing.models import Payout, PayoutAccount
from billing.prices import next_month
from kernel.errors import NotFound


def account_of(organisation: Any) -> PayoutAccount | None:
    """Where an organisation is paid to now."""
    rows = PayoutAccount.objects.for_organisation(organisation).filter(ended_at=None)
    found: PayoutAccount | None = rows.first()
    return found


def payouts_of(organisation: Any) -> QuerySet[Payout]:
    """All payouts of an organisation."""
    rows: QuerySet[Payout] = Payout.objects.for_organisation(organisation)
    return rows.select_related("account", "retry_of")


def access_payout(organisation: Any, public_id: str) -> Payout:
    """One payout of the organisation.

    Raises:
        NotFound: it has none of this id.
    """
    found = payouts_of(organisation).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def paid_so_far(organisation: Any) -> int:
    """Micro-units that were paid and did not come back."""
    sums = (
        payouts_of(organisation)
        .filter(state=Payout.State.PAID)
        .aggregate(sent=Sum("amount"), back=Sum("reversed"))
    )
    return (sums["sent"] or 0) - (sums["back"] or 0)


def on_the_way(organisation: Any) -> int:
    """Micro-units that are planned or sent, and did not end yet."""
    rows = payouts_of(organisation).filter(state__in=[Payout.State.SCHEDULED, Payout.State.SENDING])
    return rows.aggregate(total=Sum("amount"))["total"] or 0


def next_day(today: date, account: PayoutAccount | None) -> date:
    """The day of the next monthly payout, after the pause of a new account."""
    first = (
        max(today, account.paused_until.date() + timedelta(days=1))
        if account and is_paused(account, today)
        else today
    )
    month = first.replace(day=1)
    this = month.replace(day=settings.PAYOUT_DAY)
    return this if first <= this else next_month(month).replace(day=settings.PAYOUT_DAY)


def is_paused(account: PayoutAccount, at: date | datetime) -> bool:
    """Whether a change of an account is so recent that nothing is paid to it."""
    until = account.paused_until
    return until > at if isinstance(at, datetime) else until.date() >= at
