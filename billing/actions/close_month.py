"""Close a month's books, and publish what creators earned in it."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.actions.post_sales import post_sales
from billing.actions.post_usage import post_usage
from billing.actions.roll_up_usage import roll_up_usage
from billing.earning.checks import Difference, check_ledger, check_month
from billing.earning.pool import distribute
from billing.earning.statements import make_statements
from billing.models import LedgerTransaction, MonthClose, StatementMonth
from billing.prices import next_month, this_month
from kernel.errors import Conflict, InvalidInput
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations

WHY = "the month's books, of all organisations"
State = MonthClose.State
SHOWN = 50  # differences that are kept


class MonthNotOver(InvalidInput):
    code = "month_not_over"
    user_message = _("A month is closed once it is over, in UTC. Wait until then.")


class EarlierMonthOpen(Conflict):
    code = "earlier_month_open"
    user_message = _("%(month)s has to be closed first: months are closed one after another.")


class BooksDoNotAgree(Conflict):
    code = "books_do_not_agree"
    user_message = _(
        "The books of %(month)s do not agree: %(count)s differences, the first in %(check)s. No statement was published. Look at"
        " the close's figures, correct it by new transactions, then close the month again."
    )


def close_month(*, month: date) -> MonthClose:
    """Bring a month's books to an end: post its sales and use, divide its pool, book nothing more into it, make the statements, check
    them against the ledger, publish them.

    Every step is a transaction of its own and may be done again: called again, it goes on where a crash stopped it. A closed month is
    left as it is.

    Args:
        month: its first day.

    Raises:
        MonthNotOver: it is not over.
        EarlierMonthOpen: one before it, with anything in it, is still open.
        BooksDoNotAgree: statements and ledger differ; nothing was published.
    """
    close = _begin(month)
    if close.state == State.CLOSED:
        return close
    post_sales()
    if close.books_closed_at is None:
        roll_up_usage()
        post_usage()
        distribute(month)
        _close_books(close)
        post_sales()
    with across_organisations(reason=WHY, durable=True):
        make_statements(month)
    return _publish(close)


def months_to_close() -> list[date]:
    """Months that are over and not closed, from the first with anything in it on."""
    with across_organisations(reason=WHY):
        last = MonthClose.objects.filter(state=State.CLOSED).order_by("-month").first()
        first = LedgerTransaction.objects.order_by("occurred_at").first()
    if last is not None:
        start = next_month(last.month)
    elif first is not None:
        start = first.occurred_at.astimezone(UTC).date().replace(day=1)
    else:
        return []
    months = []
    while start < this_month():
        months.append(start)
        start = next_month(start)
    return months


def _begin(month: date) -> MonthClose:
    if month.day != 1 or month >= this_month():
        raise MonthNotOver
    with across_organisations(reason=WHY, durable=True):
        found = MonthClose.objects.filter(month=month).first()
        if found is not None and found.state == State.CLOSED:
            return found
    waiting = [one for one in months_to_close() if one < month]
    if waiting:
        raise EarlierMonthOpen(month=f"{waiting[0]:%Y-%m}")
    with across_organisations(reason=WHY, durable=True):
        close, _made = MonthClose.objects.get_or_create(month=month)
    return close


def _close_books(close: MonthClose) -> None:
    with across_organisations(reason=WHY, durable=True), connection.cursor() as cursor:
        # Whoever is posting holds it shared until the transaction ends: from here on, nothing is booked into the month.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.books'))")
        MonthClose.objects.filter(pk=close.pk, books_closed_at=None).update(books_closed_at=timezone.now())


def _publish(close: MonthClose) -> MonthClose:
    with across_organisations(reason=WHY, durable=True):
        close = MonthClose.objects.select_for_update().get(pk=close.pk)
        if close.state == State.CLOSED:
            return close
        wrong = [*check_month(close.month), *check_ledger()]
        close.figures = figures_of(close.month) | {"differences": [asdict(one) for one in wrong[:SHOWN]]}
        close.state = State.REFUSED if wrong else State.CLOSED
        if not wrong:
            close.closed_at = timezone.now()
            _tell(close.month)
        close.save()
    if wrong:
        raise _refusal(close, wrong)
    return close


def _tell(month: date) -> None:
    statements = StatementMonth.objects.across_organisations(reason=WHY).filter(
        month=month, published_at=None
    )
    for statement in statements.select_related("organisation").iterator():
        payload = {"statement": statement.public_id, "month": f"{month:%Y-%m}"}
        publish_event(statement.organisation, "statement.published", payload)
    statements.update(published_at=timezone.now())


def _refusal(close: MonthClose, wrong: list[Difference]) -> BooksDoNotAgree:
    return BooksDoNotAgree(month=f"{close.month:%Y-%m}", count=len(wrong), check=wrong[0].check)


FIGURES = """
SELECT account.kind, sum(entry.amount)::bigint FROM billing_ledgerentry entry
JOIN billing_ledgeraccount account ON account.id = entry.account_id
JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id
WHERE happened.occurred_at >= %(start)s AND happened.occurred_at < %(end)s GROUP BY 1 ORDER BY 1
"""
POOL = """
SELECT count(DISTINCT transaction), count(DISTINCT organisation_id), count(DISTINCT product), COALESCE(sum(answers), 0)::bigint,
  COALESCE(sum(amount), 0)::bigint
FROM billing_poolshare WHERE month = %(month)s
"""
PUT_IN = """
SELECT COALESCE(-sum(entry.amount) FILTER (WHERE account.kind = 'pool' AND happened.kind = 'pool'), 0)::bigint,
  COALESCE(-sum(entry.amount) FILTER (WHERE account.kind = 'pool_remainder'), 0)::bigint
FROM billing_ledgerentry entry JOIN billing_ledgeraccount account ON account.id = entry.account_id
JOIN billing_ledgertransaction happened ON happened.id = entry.transaction_id
WHERE happened.kind IN ('pool', 'pool_share') AND happened.occurred_at >= %(start)s AND happened.occurred_at < %(end)s
"""


def figures_of(month: date) -> dict[str, Any]:
    """What moved in the month, by account and of the pool, in micro-units; a debit is positive. Inside `across_organisations`."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    following = next_month(month)
    end = datetime(following.year, following.month, 1, tzinfo=UTC)
    values = {"start": start, "end": end, "month": month}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, values)
        accounts = dict(cursor.fetchall())
        cursor.execute(POOL, values)
        subscriptions, creators, products, answers, shared = cursor.fetchone()
        cursor.execute(PUT_IN, values)
        put_in, remainder = cursor.fetchone()
    return {
        "accounts": accounts,
        "pool": {
            "put_in": put_in,
            "shared": shared,
            "remainder": remainder,
            "subscriptions": subscriptions,
            "creators": creators,
            "products": products,
            "answers": answers,
        },
    }
