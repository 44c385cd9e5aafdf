"""What Stripe's news mean for payouts and accounts. Each acts on the object as it is now, and does it once."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Payout, PayoutAccount
from billing.payments.amounts import to_micro, to_minor
from billing.payments.webhooks import News, NewsRefused
from billing.payouts.accounts import apply_stripe_account, tell_of_change
from billing.payouts.booking import UNDER_WAY, WHY, locked_payout, mark_paid, mark_reversed
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations

State = Payout.State
CLOCKS_DIFFER = timedelta(minutes=1)  # Stripe's from ours; and its times are whole seconds


def on_transfer(transfer: dict[str, Any], _news: News) -> None:
    """A transfer was made, or taken back.

    Raises:
        NewsRefused: it is another sum or account than the payout's, or its payout had failed here.
    """
    named = str((transfer.get("metadata") or {}).get("payout") or "")
    with across_organisations(reason=WHY, durable=True):
        payout = locked_payout(public_id=named) if named else locked_payout(transfer_id=transfer["id"])
        if payout is None:
            return
        if int(transfer["amount"]) != to_minor(payout.amount):
            raise NewsRefused(reason=_("Another sum was transferred than was to be paid out."))
        if transfer["destination"] != payout.account.account_id:
            raise NewsRefused(reason=_("A payout went to another account than the creator's."))
        if payout.state in UNDER_WAY:
            mark_paid(payout, transfer["id"])
        if payout.state in (State.FAILED, State.RETRIED) and not transfer["reversed"]:
            raise NewsRefused(reason=_("Money was transferred for a payout that has failed here."))
        if transfer["amount_reversed"] and payout.transfer_id == transfer["id"]:
            mark_reversed(payout, to_micro(int(transfer["amount_reversed"])))


def on_account(found: dict[str, Any], news: News) -> None:
    """A creator told Stripe more, or Stripe wants more."""
    with across_organisations(reason=WHY, durable=True):
        account = _locked(str(found["id"]))
        if account is not None:
            apply_stripe_account(account, found)
            if found.get("deleted"):
                tell_of_change(account)


def on_bank_account(_found: dict[str, Any], news: News) -> None:
    """A creator changed, at Stripe, the bank account that they are paid to: nothing is sent for a while, and they are told."""
    with across_organisations(reason=WHY, durable=True):
        account = _locked(news.account)
        if account is None or not account.ready:  # still being set up
            return
        until = news.occurred_at + timedelta(hours=settings.PAYOUT_PAUSE_HOURS)
        if until > account.paused_until:
            account.paused_until = until
            account.save(update_fields=["paused_until"])
            tell_of_change(account)


def on_bank_payout(found: dict[str, Any], news: News) -> None:
    """What we sent arrived at a creator's bank, or their bank sent it back to Stripe."""
    with across_organisations(reason=WHY, durable=True):
        account = _locked(news.account)
        if account is None:
            return
        if found["status"] == "paid":
            rows = Payout.objects.across_organisations(reason=WHY).filter(
                account=account, state=State.PAID, arrived_at=None
            )
            sent = rows.filter(ended_at__lt=news.occurred_at + CLOCKS_DIFFER)
            sent.update(arrived_at=timezone.now())
            problem = ""
        elif found["status"] == "failed":
            problem = str(found.get("failure_message") or found.get("failure_code") or "")[:300]
        else:
            return
        if problem and problem != account.problem:
            publish_event(
                account.organisation, "payout.returned", {"account": account.public_id, "problem": problem}
            )
        account.problem = problem
        account.save(update_fields=["problem"])


def _locked(account_id: str) -> PayoutAccount | None:
    rows = PayoutAccount.objects.across_organisations(reason=WHY).select_related("organisation")
    found: PayoutAccount | None = (
        rows.select_for_update(of=["self"], no_key=True).filter(account_id=account_id or "-").first()
    )
    return found
