"""Finance says what became of payouts: what the bank did, what is tried again, taken back or held."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.actions.schedule_payouts import schedule_payout
from billing.models import Payout, PayoutAccount, PayoutFile
from billing.payments.gateway import stripe_api
from billing.payouts.booking import UNDER_WAY, WHY, locked_payout, mark_failed, mark_paid, mark_reversed
from kernel.errors import Conflict, NotFound
from kernel.tenancy import across_organisations
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation

State = Payout.State
BANK, STRIPE = PayoutAccount.Method.BANK, PayoutAccount.Method.STRIPE


class NotSo(Conflict):
    code = "payout_not_so"
    user_message = _("The payout has moved on meanwhile. Open it again to see how it stands.")


class NotDue(Conflict):
    code = "payout_not_due"
    user_message = _(
        "It cannot be tried again now: too little can be paid out, the account is not ready or new, or another payout of this month went"
        " out."
    )


def mark_payout_paid(*, staff: Staff, payout_id: int, reason: str, reference: str = "") -> Payout:
    """Say that the bank has paid a line of an approved file.

    Args:
        reference: what the bank calls it; may be empty.

    Raises:
        NotYourTask, InvalidInput, NotFound
        NotSo: it is not in an approved file, or has ended.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        payout = _at_the_bank(payout_id)
        mark_paid(payout, reference)
        _log(staff, payout.organisation, payout, "payout.marked_paid", why)
        _end_file(payout)
    return payout


def mark_payout_failed(*, staff: Staff, payout_id: int, reason: str) -> Payout:
    """Say that the bank did not pay a line, or that its money came back later: it is owed again.

    Raises:
        NotYourTask, InvalidInput, NotFound
        NotSo: it is not in an approved file, or has failed already.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        payout = _found(payout_id)
        if payout.method == BANK and payout.state == State.PAID:
            mark_reversed(payout, payout.amount, why)
        else:
            payout = _at_the_bank(payout_id)
            mark_failed(payout, why, code="bank")
            _end_file(payout)
        _log(staff, payout.organisation, payout, "payout.marked_failed", why)
    return payout


def mark_file_paid(*, staff: Staff, file_id: int, reason: str) -> int:
    """Say that the bank has paid all lines of an approved file that have not ended; returns how many.

    Raises:
        NotYourTask, InvalidInput, NotFound
        NotSo: the file was not approved.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        file = PayoutFile.objects.select_for_update().filter(pk=file_id).first()
        if file is None:
            raise NotFound
        if file.state != PayoutFile.State.APPROVED:
            raise NotSo
        keys = Payout.objects.across_organisations(reason=WHY).filter(file=file, state=State.SENDING)
        paid = 0
        for key in list(keys.order_by("pk").values_list("pk", flat=True)):
            payout = _found(key)
            if mark_paid(payout, ""):
                _log(staff, payout.organisation, payout, "payout.marked_paid", why)
                paid += 1
        file.state = PayoutFile.State.DONE
        file.save(update_fields=["state"])
    return paid


def retry_payout(*, staff: Staff, payout_id: int, reason: str) -> Payout:
    """Try a failed payout again, with what can be paid out now.

    Raises:
        NotYourTask, InvalidInput, NotFound
        NotSo: it has not failed, or was tried again.
        NotDue: nothing can be paid out to its creator now.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        failed = _found(payout_id)
        if failed.state != State.FAILED:
            raise NotSo
        _log(staff, failed.organisation, failed, "payout.retried", why)
    made = schedule_payout(failed.organisation_id, asked=True)
    if made is None:
        raise NotDue
    return made


def reverse_payout(*, staff: Staff, payout_id: int, reason: str) -> Payout:
    """Take a payout's transfer back from the creator's account at Stripe, as far as it still holds the money, and hold further ones.

    Called outside of transactions.

    Raises:
        NotYourTask, InvalidInput, NotFound
        NotSo: it was not sent through Stripe, or is back already.
        PaymentsOff, PaymentProviderDown
        PaymentRefused: the account has too little left.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        payout = _found(payout_id)
        left = payout.amount - payout.reversed
        if payout.method != STRIPE or payout.state != State.PAID or not payout.transfer_id or not left:
            raise NotSo
        _hold(payout.organisation, why)
        _log(staff, payout.organisation, payout, "payout.reversed", why)
    key = f"{payout.public_id}:reversal:{payout.reversed}"
    stripe_api().reverse_transfer(payout.transfer_id, key=key, amount=left)
    with across_organisations(reason=WHY, durable=True):
        payout = _found(payout_id)
        mark_reversed(payout, payout.amount)
    return payout


def hold_payouts(*, staff: Staff, account_id: int, reason: str) -> PayoutAccount:
    """Pay an organisation nothing until finance says so, also after it changes its account.

    Raises:
        NotYourTask, InvalidInput, NotFound
    """
    return _set_hold(staff, account_id, reason, held=True)


def release_payouts(*, staff: Staff, account_id: int, reason: str) -> PayoutAccount:
    """Pay an organisation again.

    Raises:
        NotYourTask, InvalidInput, NotFound
    """
    return _set_hold(staff, account_id, reason, held=False)


def _set_hold(staff: Staff, account_id: int, reason: str, *, held: bool) -> PayoutAccount:
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        rows = PayoutAccount.objects.across_organisations(reason=WHY).select_related("organisation")
        account: PayoutAccount | None = (
            rows.select_for_update(of=["self"]).filter(pk=account_id, ended_at=None).first()
        )
        if account is None:
            raise NotFound
        account.held_since = timezone.now() if held else None
        account.held_reason = why if held else ""
        account.save(update_fields=["held_since", "held_reason"])
        _log(staff, account.organisation, account, "payouts.held" if held else "payouts.released", why)
    return account


def _hold(organisation: Organisation, why: str) -> None:
    accounts = PayoutAccount.objects.across_organisations(reason=WHY).filter(
        organisation=organisation, ended_at=None
    )
    accounts.update(held_since=timezone.now(), held_reason=why)


def _found(payout_id: int) -> Payout:
    payout = locked_payout(pk=payout_id)
    if payout is None:
        raise NotFound
    return payout


def _at_the_bank(payout_id: int) -> Payout:
    payout = _found(payout_id)
    if payout.method != BANK or payout.state != State.SENDING:
        raise NotSo
    return payout


def _end_file(payout: Payout) -> None:
    rows = Payout.objects.across_organisations(reason=WHY).filter(file_id=payout.file_id, state__in=UNDER_WAY)
    if payout.file_id is not None and not rows.exists():
        PayoutFile.objects.filter(pk=payout.file_id).update(state=PayoutFile.State.DONE)


def _log(
    staff: Staff, organisation: Organisation, row: Payout | PayoutAccount, action: str, why: str
) -> None:
    record_audit(staff_actor(staff, organisation), action, row, reason=why)
    record_staff_action(
        staff=staff.user,
        action=action,
        target=organisation,
        reason=why,
        ip=staff.ip,
        amount=getattr(row, "amount", 0),
    )
