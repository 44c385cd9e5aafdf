"""Posting to the ledger, and what its accounts hold.

A debit is positive, a credit negative. Whoever posts is the platform's own job, inside `across_organisations`: what
happens in a customer's own scope leaves a sale or a usage record there, and a job posts it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from billing.models import LedgerAccount, LedgerEntry, LedgerTransaction, Wallet
from kernel.actions import assert_in_action
from kernel.errors import Conflict
from organisations.queries import platform_organisation

Kind = LedgerAccount.Kind
OWNED = frozenset({Kind.WALLET, Kind.CREATOR_PAYABLE, Kind.ALLOWANCES})  # all others are the platform's

# Several kinds of the same owner may be opened at once; an account that another transaction is opening is waited for.
OPEN = """
INSERT INTO billing_ledgeraccount (organisation_id, kind)
SELECT owner, kind FROM unnest(%s::bigint[], %s::text[]) AS wanted (owner, kind) ORDER BY 1, 2
ON CONFLICT (organisation_id, kind) DO NOTHING
"""


class WalletTooLow(Conflict):
    code = "wallet_too_low"
    status = 402
    user_message = _("There is too little credit for this. Top up the wallet, then try again.")


@dataclass(frozen=True, slots=True)
class Posting:
    """What a transaction moves in one account.

    Attributes:
        amount: micro-units; a debit is positive, a credit negative. 0 is left out.
        owner: the organisation that a wallet, an allowance or a creator's account belongs to; None for the platform's.
    """

    kind: str
    amount: int
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What is posted.

    Attributes:
        kind: what happened, for people and reports: `top_up`, `sale`, `payout` …
        source, event_id: name it once and for all; posting the same again changes nothing.
        details: counts, ids and rates; never content.
    """

    kind: str
    source: str
    event_id: str
    occurred_at: datetime
    details: dict[str, Any] = field(default_factory=dict)


def post(event: Event, postings: Iterable[Posting], *, move_wallets: bool = True) -> LedgerTransaction | None:
    """Post one balanced transaction and move the wallets that it touches, in the open `across_organisations` transaction.

    Args:
        move_wallets: False where the wallets were moved already, when it happened.

    Returns:
        The transaction; None where the event was posted before, which changes nothing.

    Raises:
        WalletTooLow: a wallet has less than is taken from it.
        ValueError: the postings do not sum to zero, or move nothing.
    """
    assert_in_action()
    moving = [one for one in postings if one.amount]
    if not moving or sum(one.amount for one in moving) != 0:
        raise ValueError(f"{event.source}:{event.event_id} does not sum to zero, or moves nothing")
    transaction = _once(event)
    if transaction is None:
        return None
    accounts = accounts_of([(_owner(one), one.kind) for one in moving])
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=transaction,
            account_id=accounts[_owner(one), one.kind],
            organisation_id=_owner(one),
            amount=one.amount,
        )
        for one in moving
    )
    if move_wallets:
        for one in moving:
            if one.kind == Kind.WALLET:
                move_wallet(_owner(one), -one.amount)
    return transaction


def accounts_of(wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The keys of accounts by (owner, kind), opened where they are new."""
    owners, kinds = [owner for owner, _kind in wanted], [str(kind) for _owner, kind in wanted]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [owners, kinds])
    found = LedgerAccount.objects.across_organisations(reason="accounts of a transaction").filter(
        organisation_id__in=owners, kind__in=kinds
    )
    return {(owner, kind): pk for pk, owner, kind in found.values_list("pk", "organisation_id", "kind")}


def balance_of(kind: str, owner: int | None = None, *, until: datetime | None = None) -> int:
    """The sum of an account's entries: a debit balance is positive. Inside a scope that sees the account.

    Args:
        until: only of what occurred before this moment.
    """
    entries = LedgerEntry.objects.across_organisations(reason="a balance").filter(
        organisation_id=owner if owner is not None else platform_organisation().pk, account__kind=kind
    )
    if until is not None:
        entries = entries.filter(transaction__occurred_at__lt=until)
    return entries.aggregate(total=Sum("amount"))["total"] or 0


MOVE = """
INSERT INTO billing_wallet AS wallet (organisation_id, balance, reserved) SELECT %(owner)s, %(amount)s, 0 WHERE %(amount)s >= 0
ON CONFLICT (organisation_id) DO UPDATE SET balance = wallet.balance + %(amount)s
RETURNING balance
"""
TAKE = """
UPDATE billing_wallet SET balance = balance + %(amount)s
WHERE organisation_id = %(owner)s AND balance + %(amount)s >= reserved RETURNING balance
"""


def move_wallet(owner: int, amount: int) -> int:
    """Add to a wallet, or take from it; returns its balance. In an open transaction whose scope sees the wallet.

    Raises:
        WalletTooLow: less than is taken is free.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(MOVE if amount >= 0 else TAKE, {"owner": owner, "amount": amount})
        found = cursor.fetchone()
    if found is None:
        raise WalletTooLow
    return int(found[0])


def wallet_free(owner: int) -> int:
    """What a wallet holds that is kept for nothing, in micro-units."""
    wallet = Wallet.objects.across_organisations(reason="a wallet").filter(organisation_id=owner).first()
    return wallet.balance - wallet.reserved if wallet else 0


def _owner(posting: Posting) -> int:
    if posting.kind in OWNED:
        if posting.owner is None:
            raise ValueError(f"{posting.kind} needs an owner")
        return posting.owner
    return int(platform_organisation().pk)


def _once(event: Event) -> LedgerTransaction | None:
    row = LedgerTransaction(
        kind=event.kind,
        source=event.source,
        event_id=event.event_id,
        occurred_at=event.occurred_at,
        details=event.details,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_ledgertransaction (public_id, kind, source, event_id, occurred_at, details)"
            " VALUES (%s, %s, %s, %s, %s, %s::jsonb) ON CONFLICT (source, event_id) DO NOTHING RETURNING id",
            [row.public_id, row.kind, row.source, row.event_id, row.occurred_at, _json(row.details)],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    row.pk = found[0]
    return row


def _json(details: dict[str, Any]) -> str:
    return orjson.dumps(details).decode()
