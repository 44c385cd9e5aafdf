"""What moved a wallet: entries of the ledger in words, for its page, the API and spreadsheets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.earning.files import exact
from billing.ledger import Kind
from billing.models import LedgerEntry, Payment, Sale
from kernel.spreadsheets import file_chunks

WORDS: dict[str, str | Promise] = {
    "top_up": _("Topped up"),
    "grant": _("Credit from the operator"),
    "sale": _("Bought"),
    "usage": _("Use beyond the allowance"),
    "refund": _("Paid back"),
    "top_up_refund": _("Unused credit sent back"),
    "top_up_refund_failed": _("Credit that could not be sent back"),
    "dispute": _("Payment taken back by your bank"),
    "dispute_won": _("Payment restored by your bank"),
    "own_key_fee": _("Fee for answers by your own key"),
}
COLUMNS = ("time", "kind", "about", "amount", "currency", "transaction")
PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the history.

    Attributes:
        amount: micro-units; above zero where the wallet got more.
        about: the assistant that was bought, or empty.
        payment: the public id of the payment that it is about, or empty.
    """

    at: datetime
    kind: str
    words: str
    about: str
    amount: int
    transaction: str
    payment: str = ""


def entries_of(organisation: Any) -> QuerySet[LedgerEntry]:
    """The entries of an organisation's wallet, inside its scope."""
    rows = LedgerEntry.objects.for_organisation(organisation).filter(account__kind=Kind.WALLET)
    return rows.select_related("transaction")


def movements(organisation: Any, entries: Iterable[LedgerEntry]) -> list[Movement]:
    """Entries in words, inside the organisation's scope."""
    found = list(entries)
    named = [entry.transaction.event_id for entry in found]
    sales = dict(
        Sale.objects.for_organisation(organisation)
        .filter(public_id__in=[*named, *(entry.transaction.details.get("sale", "") for entry in found)])
        .values_list("public_id", "product_name")
    )
    payments = set(
        Payment.objects.for_organisation(organisation)
        .filter(public_id__in=named)
        .values_list("public_id", flat=True)
    )
    return [_movement(entry, sales, payments) for entry in found]


def history_csv(organisation: Any, currency: str) -> Iterator[str]:
    """The whole history, newest first, inside the organisation's scope; sums have all six decimals."""
    return file_chunks(COLUMNS, _batches(organisation, currency))


def _batches(organisation: Any, currency: str) -> Iterator[list[tuple[str, ...]]]:
    last: int | None = None
    while True:
        rows = entries_of(organisation).order_by("-id")
        batch = list((rows.filter(pk__lt=last) if last else rows)[:PAGES])
        yield [
            (one.at.isoformat(), one.kind, one.about, exact(one.amount), currency, one.transaction)
            for one in movements(organisation, batch)
        ]
        if len(batch) < PAGES:
            return
        last = batch[-1].pk


def _movement(entry: LedgerEntry, sales: dict[str, str], payments: set[str]) -> Movement:
    about = entry.transaction
    sale = sales.get(about.event_id) or sales.get(about.details.get("sale", ""), "")
    return Movement(
        at=about.occurred_at,
        kind=about.kind,
        words=str(WORDS.get(about.kind, _("Correction"))),
        about=sale,
        amount=-entry.amount,
        transaction=about.public_id,
        payment=about.event_id if about.event_id in payments else "",
    )
