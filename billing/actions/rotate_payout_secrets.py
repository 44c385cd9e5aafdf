"""Encrypt anew what is kept of bank accounts and payout files, after SECRET_KEY was replaced."""

from collections.abc import Iterable
from typing import Any

from billing.models import PayoutAccount, PayoutFile
from billing.payouts.booking import WHY
from kernel.secrets import SecretUnreadable, rotate
from kernel.tenancy import across_organisations


def rotate_payout_secrets() -> tuple[int, int]:
    """Bring every secret under the present key; gives how many were, and how many none of the keys reads any more."""
    with across_organisations(reason=WHY, durable=True):
        accounts = PayoutAccount.objects.across_organisations(reason=WHY).exclude(secret="")
        parts = (
            _rotated(accounts.select_for_update(), "secret"),
            _rotated(PayoutFile.objects.select_for_update(), "content"),
        )
    return sum(done for done, _lost in parts), sum(lost for _done, lost in parts)


def _rotated(rows: Iterable[Any], field: str) -> tuple[int, int]:
    done = lost = 0
    for row in rows:
        try:
            setattr(row, field, rotate(getattr(row, field), row=row.public_id))
        except SecretUnreadable:
            lost += 1
            continue
        row.save(update_fields=[field])
        done += 1
    return done, lost
