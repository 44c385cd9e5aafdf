"""Finance sends unused credit back to the card that paid it. Nothing that creators earned is touched."""

from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import CreditRefund, Payment
from billing.payments.amounts import to_minor
from billing.payments.errors import PaymentProviderDown, PaymentRefused
from billing.payments.gateway import stripe_api
from billing.wallet.refunding import end_refund, fail_refund, post_credit_refund, refund_now, tax_part
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.tenancy import across_organisations
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation

WHY = "a refund of credit"


class NotRefundable(Conflict):
    code = "not_refundable"
    user_message = _("Only a paid top-up that is not disputed can be sent back.")


def refund_credit(*, staff: Staff, payment_id: str, amount: int, reason: str) -> CreditRefund:
    """Take unused credit out of a wallet and send it, with its tax, to the card that paid it.

    The credit is taken first: where the provider refuses, it comes back. Where it does not answer, a job goes on.

    Args:
        payment_id: the public id of the top-up that is sent back, or a part of it.
        amount: micro-units with tax, a whole number of the smallest coin.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing, or the amount is more than is left of the payment.
        NotFound: there is no such payment. NotRefundable: it is no paid top-up, or disputed.
        WalletTooLow: the credit was spent, or is held.
        PaymentsOff, PaymentRefused
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    to_minor(amount)
    stripe_api()
    with across_organisations(reason=WHY, durable=True):
        payment = _payment(payment_id)
        if not 0 < amount <= payment.paid - payment.refunded:
            raise InvalidInput.on("amount", "out_of_range", _("Use an amount above 0, at most what is left."))
        row: CreditRefund = CreditRefund.objects.create(
            organisation_id=payment.organisation_id,
            payment=payment,
            amount=amount,
            tax=tax_part(payment, amount),
            staff_id=staff.user.pk,
        )
        post_credit_refund(row, payment)
        payment.refunded += amount
        payment.save(update_fields=["refunded"])
        organisation = Organisation.objects.get(pk=payment.organisation_id)
        record_audit(staff_actor(staff, organisation), "credit.sent_back", payment, amount=amount, reason=why)
        record_staff_action(
            staff=staff.user,
            action="credit.sent_back",
            target=organisation,
            reason=why,
            ip=staff.ip,
            amount=amount,
            payment=payment.public_id,
        )
    _send(row.pk)
    return row


def send_refunds(*, batch: int = 100) -> int:
    """Send what is still to be sent, for example after a crash; returns how many were."""
    with across_organisations(reason=WHY):
        rows = CreditRefund.objects.across_organisations(reason=WHY).filter(state=CreditRefund.State.WANTED)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
    sent = 0
    for key in keys:
        try:
            _send(key)
            sent += 1
        except PaymentRefused:
            continue
    return sent


def _send(key: int) -> None:
    with across_organisations(reason=WHY):
        row = CreditRefund.objects.across_organisations(reason=WHY).select_related("payment").get(pk=key)
    try:
        refund = refund_now(row, row.payment)
    except PaymentProviderDown:
        return
    except PaymentRefused as refused:
        with across_organisations(reason=WHY, durable=True):
            fail_refund(*_locked(key), str(refused.context["reason"]))
        raise
    with across_organisations(reason=WHY, durable=True):
        end_refund(*_locked(key), refund)


def _locked(key: int) -> tuple[CreditRefund, Payment]:
    rows = CreditRefund.objects.across_organisations(reason=WHY)
    owner = rows.get(pk=key).payment_id
    payment = Payment.objects.across_organisations(reason=WHY).select_for_update().get(pk=owner)
    return rows.select_for_update().get(pk=key), payment


def _payment(public_id: str) -> Payment:
    rows = Payment.objects.across_organisations(reason=WHY).select_for_update()
    found: Payment | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    usable = found.state == Payment.State.PAID and found.purpose == Payment.Purpose.TOP_UP
    if not usable or found.disputed or not found.payment_intent:
        raise NotRefundable
    return found
