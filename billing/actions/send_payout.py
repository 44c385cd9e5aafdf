"""Send one payout through Stripe: once, wherever the process dies."""

from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.actions.schedule_payouts import CHANGED, may_be_paid
from billing.models import Payout, PayoutAccount
from billing.payments.gateway import PaymentRefused, stripe_api
from billing.payouts.booking import UNDER_WAY, WHY, locked_payout, mark_failed, mark_paid
from kernel.errors import DomainError
from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.queries import platform_organisation

State = Payout.State
HOLD = timedelta(minutes=5)  # longer than a call and its retries last
FIRST_WAIT, LONGEST_WAIT = 30, 6 * 3600
# Nothing is wrong with the creator's account: our own balance is too low, or Stripe is busy with it.
OURS = frozenset({"balance_insufficient", "lock_timeout"})
logger = structlog.get_logger(__name__)


def send_payout(*, key: int) -> bool:
    """Make a planned payout's transfer; says whether it came to an end. Doing it twice, or beside itself, makes one transfer.

    The row is claimed and committed first. Its public id is the call's idempotency key and the transfer's group, so that a transfer
    whose answer was lost is found again, also when Stripe has forgotten the key after a day.
    """
    payout = _claim(key)
    if payout is None:
        return False
    try:
        transfer = _sent_before(payout) or (_send(payout) if _may_go(payout) else None)
    except PaymentRefused as refused:
        return _refused(payout, refused)
    except DomainError as error:  # no answer: whether it was sent is found out the next time
        return _later(payout, error.message)
    with across_organisations(reason=WHY, durable=True):
        row = locked_payout(pk=key)
        assert row is not None
        if transfer is not None:
            mark_paid(row, transfer["id"])
        else:
            mark_failed(row, _("The payout account was changed, held or is not ready."), code=CHANGED)
    return True


def idempotency_key(payout: Payout) -> str:
    """What names a payout at Stripe: another one after each refusal, which Stripe would repeat."""
    return f"{payout.public_id}-{payout.key_number}" if payout.key_number else str(payout.public_id)


def _claim(key: int) -> Payout | None:
    with across_organisations(reason=WHY, durable=True):
        rows = Payout.objects.across_organisations(reason=WHY).filter(pk=key)
        free = Q(held_until=None) | Q(held_until__lt=Now())
        taken = rows.filter(
            free, state__in=UNDER_WAY, method=PayoutAccount.Method.STRIPE, due_at__lte=Now()
        ).update(state=State.SENDING, attempts=F("attempts") + 1, held_until=Now() + HOLD)
        found: Payout | None = rows.select_related("account__organisation").first() if taken else None
    return found


def _may_go(payout: Payout) -> bool:
    return may_be_paid(payout.account, timezone.now())


def _sent_before(payout: Payout) -> dict[str, Any] | None:
    if payout.attempts == 1:
        return None
    return next(stripe_api().each("transfers", transfer_group=idempotency_key(payout)), None)


def _send(payout: Payout) -> dict[str, Any]:
    return stripe_api().transfer(
        key=idempotency_key(payout),
        account=payout.account.account_id or "",
        amount=payout.amount,
        metadata={"payout": payout.public_id},
    )


def _refused(payout: Payout, refused: PaymentRefused) -> bool:
    """Stripe says no. Where that is our doing, it is tried again under a new key, and finance hears of it."""
    logger.warning("payout_refused", payout=payout.public_id, refusal=refused.refusal)
    if refused.refusal in OURS:
        return _later(payout, refused.message, short=True)
    with across_organisations(reason=WHY, durable=True):
        row = locked_payout(pk=payout.pk)
        assert row is not None
        mark_failed(row, str(refused.context["reason"]), code=refused.refusal or "refused")
        enqueue_after_commit("billing.refresh_payout_account", key=row.account_id)
    return True


def _later(payout: Payout, problem: str, *, short: bool = False) -> bool:
    wait = min(FIRST_WAIT * 2 ** min(payout.attempts - 1, 12), LONGEST_WAIT)
    with across_organisations(reason=WHY, durable=True):
        row = locked_payout(pk=payout.pk)
        if row is None or row.state not in UNDER_WAY:
            return False
        row.problem, row.held_until = problem[:300], None
        row.due_at = timezone.now() + timedelta(seconds=wait)
        if short:
            row.key_number, row.state = row.key_number + 1, State.SCHEDULED
        row.save(update_fields=["problem", "held_until", "due_at", "key_number", "state"])
        if short and row.key_number == 1:
            said = {"payout": row.public_id, "problem": problem[:300]}
            publish_event(platform_organisation(), "payout.short", said)
    return False
