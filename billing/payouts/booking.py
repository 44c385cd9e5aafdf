"""The one place where a payout changes its state, with what the ledger says of it.

All of it runs in an open `across_organisations` transaction, on a row that is locked, and changes nothing the second time.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from billing.ledger import Event, Kind, Posting, balance_of, post
from billing.models import LedgerEntry, Payout, PayoutAccount
from billing.payments.amounts import micro_of_a_minor
from kernel.actions import assert_in_action
from kernel.money import format_money
from kernel.outbox import publish_event

WHY = "payouts of all creators"
SOURCE = "payout"
State = Payout.State
UNDER_WAY = (State.SCHEDULED, State.SENDING)


def whole(micro: int) -> int:
    """A sum without the part that is smaller than the currency's smallest coin: that stays owed."""
    coin = micro_of_a_minor()
    return micro // coin * coin


def book_payout(
    account: PayoutAccount, amount: int, *, at: datetime, retry_of: Payout | None = None
) -> Payout:
    """Plan a payout, and take its sum out of what is owed.

    Args:
        amount: micro-units, whole coins.
    """
    assert_in_action()
    owner = account.organisation_id
    figures = _figures(owner, amount)
    payout: Payout = Payout.objects.create(
        organisation_id=owner,
        account=account,
        method=account.method,
        month=at.date().replace(day=1),
        amount=amount,
        figures=figures,
        retry_of=retry_of,
    )
    details = {"payout": payout.public_id}
    post(
        Event("payout", SOURCE, payout.public_id, at, details),
        [Posting(Kind.CREATOR_PAYABLE, amount, owner), Posting(Kind.PAYOUTS_IN_TRANSIT, -amount)],
    )
    if retry_of is not None:
        retry_of.state = State.RETRIED
        retry_of.save(update_fields=["state"])
    return payout


def mark_paid(payout: Payout, reference: str) -> bool:
    """Note that a payout's money left; says whether that was news.

    Args:
        reference: the transfer at Stripe, or what the bank calls it.
    """
    assert_in_action()
    if payout.state not in UNDER_WAY:
        return False
    payout.state, payout.transfer_id, payout.ended_at = State.PAID, reference or None, timezone.now()
    payout.problem, payout.problem_code, payout.held_until = "", "", None
    payout.save(update_fields=["state", "transfer_id", "ended_at", "problem", "problem_code", "held_until"])
    event = Event("payout_paid", SOURCE, f"{payout.public_id}:paid", payout.ended_at, _details(payout))
    post(event, [Posting(Kind.PAYOUTS_IN_TRANSIT, payout.amount), Posting(Kind.CASH, -payout.amount)])
    _announce("payout.paid", payout)
    return True


def mark_failed(payout: Payout, problem: str, *, code: str) -> bool:
    """Note that a payout's money did not leave, and is owed again; says whether that was news."""
    assert_in_action()
    if payout.state not in UNDER_WAY:
        return False
    payout.state, payout.ended_at, payout.held_until = State.FAILED, timezone.now(), None
    payout.problem, payout.problem_code = problem[:300], code[:64]
    payout.save(update_fields=["state", "ended_at", "held_until", "problem", "problem_code"])
    event = Event("payout_failed", SOURCE, f"{payout.public_id}:failed", payout.ended_at, _details(payout))
    owed = Posting(Kind.CREATOR_PAYABLE, -payout.amount, payout.organisation_id)
    post(event, [Posting(Kind.PAYOUTS_IN_TRANSIT, payout.amount), owed])
    _announce("payout.failed", payout, code=code)
    return True


def mark_reversed(payout: Payout, total: int, problem: str = "") -> bool:
    """Note that money came back after it had left, and is owed again; says whether that was news.

    Args:
        total: micro-units that came back so far.
    """
    assert_in_action()
    back = min(total, payout.amount) - payout.reversed
    if payout.state not in (State.PAID, State.REVERSED) or back <= 0:
        return False
    payout.reversed += back
    payout.state = State.REVERSED if payout.reversed == payout.amount else State.PAID
    payout.problem = problem[:300] or payout.problem
    payout.save(update_fields=["reversed", "state", "problem"])
    event_id = f"{payout.public_id}:reversed:{payout.reversed}"
    event = Event("payout_reversed", SOURCE, event_id, timezone.now(), _details(payout))
    owed = Posting(Kind.CREATOR_PAYABLE, -back, payout.organisation_id)
    post(event, [Posting(Kind.CASH, back), owed])
    _announce("payout.reversed", payout, sum=_shown(back))
    return True


def locked_payout(**wanted: Any) -> Payout | None:
    """One payout, locked until the transaction ends."""
    rows = Payout.objects.across_organisations(reason=WHY).select_for_update(of=["self"], no_key=True)
    found: Payout | None = rows.select_related("account", "organisation").filter(**wanted).first()
    return found


def _details(payout: Payout) -> dict[str, str]:
    found = {"payout": payout.public_id}
    return found | ({"transfer": payout.transfer_id} if payout.transfer_id else {})


def _figures(owner: int, amount: int) -> dict[str, Any]:
    """What was owed after the payout before, what moved since then by kind, and what stays."""
    entries = LedgerEntry.objects.across_organisations(reason=WHY).filter(
        organisation_id=owner, account__kind=Kind.CREATOR_PAYABLE
    )
    last = entries.filter(transaction__kind="payout").order_by("-pk").values_list("pk", flat=True).first()
    since = entries.filter(pk__gt=last or 0).values_list("transaction__kind")
    moved = {
        kind: -total for kind, total in since.annotate(total=Sum("amount")).order_by("transaction__kind")
    }
    owed = -balance_of(Kind.CREATOR_PAYABLE, owner)
    return {"before": owed - sum(moved.values()), "moved": moved, "left": owed - amount}


def _announce(kind: str, payout: Payout, **more: Any) -> None:
    said = {"payout": payout.public_id, "amount": payout.amount, "account": payout.account.last4}
    publish_event(payout.organisation, kind, said | {"sum": _shown(payout.amount)} | more)


def _shown(micro: int) -> str:
    return format_money(micro, settings.CURRENCY, places=2)
