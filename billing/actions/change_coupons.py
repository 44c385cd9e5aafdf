"""Codes that lessen what is paid: made, sent to the payment provider, ended."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import Coupon
from billing.payments.amounts import to_minor
from billing.payments.gateway import PaymentRefused, is_live, stripe_api
from billing.subscriptions.coupons import mirror
from billing.subscriptions.queries import plans_for_money
from kernel.errors import Conflict, InvalidInput, NotFound

MOST_MONTHS = 36


class CodeTaken(Conflict):
    code = "code_taken"
    user_message = _("There is a coupon with the code %(name)s. Choose another code, or end that one first.")


class CouponEnded(Conflict):
    code = "coupon_ended"
    user_message = _("This coupon has ended. Make a new one instead.")


def make_coupon(
    *,
    staff: Staff,
    code: str,
    percent: int | None,
    amount: int | None,
    duration: str,
    months: int | None,
    plans: list[str],
    everything: bool,
    most: int | None,
    expires_at: datetime | None,
    reason: str,
) -> Coupon:
    """Make a code that people enter on the payment provider's page.

    The row is committed before it is sent: where no answer comes it stands as not sent, and `send_coupon` goes on.

    Args:
        percent, amount: one of the two; `amount` is micro-units off each payment.
        duration: one of `Coupon.Duration`; `months` belongs to `repeating`.
        plans: codes of offered plans that it is for; none where it is for `everything` that is paid there, credit too.
        most: how often it can be used.

    Raises:
        NotYourTask: only finance may.
        PaymentsOff: no payment provider is connected.
        InvalidInput: the reason is missing, or one of the rest is out of bounds.
        CodeTaken: another coupon has the code.
        PaymentRefused: the provider does not take it; it has ended then.
        PaymentProviderDown
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    stripe_api()
    _check(percent, amount, duration, months, plans, everything, expires_at)
    try:
        coupon = _wanted(
            staff,
            why,
            code=code,
            percent=percent,
            amount=amount,
            duration=duration,
            months=months,
            plans=sorted(plans),
            most=most,
            expires_at=expires_at,
        )
    except IntegrityError as taken:
        raise CodeTaken(name=code) from taken
    _send(coupon)
    return coupon


def send_coupon(*, staff: Staff, coupon_id: int, reason: str) -> None:
    """Send a coupon to the provider that did not answer when it was made.

    Raises:
        NotYourTask, NotFound, CouponEnded, InvalidInput, PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    coupon = _live(coupon_id)
    if coupon.promotion_id is None:
        _send(coupon)
    with transaction.atomic(durable=True):
        _log(staff, coupon, "coupon.sent", why)


def end_coupon(*, staff: Staff, coupon_id: int, reason: str) -> None:
    """Let nobody use a coupon any more. Who used it keeps what it lets off.

    Raises:
        NotYourTask: only finance may.
        NotFound: there is none. CouponEnded: it has ended already.
        InvalidInput: the reason is missing.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    coupon = _live(coupon_id)
    if coupon.promotion_id is not None:
        stripe_api().end_promotion_code(coupon.promotion_id)
    with transaction.atomic(durable=True):
        Coupon.objects.filter(pk=coupon.pk, ended_at=None).update(ended_at=timezone.now())
        _log(staff, coupon, "coupon.ended", why)


def _wanted(staff: Staff, why: str, **given: Any) -> Coupon:
    with transaction.atomic(durable=True):
        coupon = Coupon.objects.create(livemode=is_live(), created_by=staff.user.email, **given)
        _log(
            staff,
            coupon,
            "coupon.made",
            why,
            percent=coupon.percent,
            amount=coupon.amount,
            plans=coupon.plans,
        )
    return coupon


def _check(
    percent: int | None,
    amount: int | None,
    duration: str,
    months: int | None,
    plans: list[str],
    everything: bool,
    expires_at: datetime | None,
) -> None:
    if (percent is None) == (amount is None):
        raise InvalidInput.on("percent", "one_of_two", _("Give a percentage or an amount, not both."))
    if percent is not None and not 1 <= percent <= 100:
        raise InvalidInput.on("percent", "out_of_range", _("Use a whole number from 1 to 100."))
    if amount is not None:
        to_minor(amount)
    if duration not in Coupon.Duration.values:
        raise InvalidInput.on("duration", "unknown", _("Choose how long it holds."))
    if (duration == Coupon.Duration.REPEATING) != (months is not None):
        raise InvalidInput.on("months", "months_needed", _("Say how many months, for some months only."))
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise InvalidInput.on("months", "out_of_range", _("Use 1 to 36 months."))
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.on("expires_at", "past", _("That is over. Use a later day."))
    known = set(plans_for_money().filter(code__in=plans).values_list("code", flat=True))
    if known != set(plans) or everything == bool(plans):
        raise InvalidInput.on("plans", "unknown_plan", _("Choose plans that are offered for money."))


def _send(coupon: Coupon) -> None:
    try:
        mirror(coupon)
    except (PaymentRefused, InvalidInput) as refused:
        # Its code is free again for one that the provider takes.
        with transaction.atomic(durable=True):
            Coupon.objects.filter(pk=coupon.pk).update(
                ended_at=timezone.now(), problem=str(refused.message)[:300]
            )
        raise
    coupon.refresh_from_db()


def _live(coupon_id: int) -> Coupon:
    coupon = Coupon.objects.filter(pk=coupon_id).first()
    if coupon is None:
        raise NotFound
    if coupon.ended_at:
        raise CouponEnded
    return coupon


def _log(staff: Staff, coupon: Coupon, action: str, why: str, **detail: Any) -> None:
    record_staff_action(
        staff=staff.user, action=action, target=coupon, reason=why, ip=staff.ip, code=coupon.code, **detail
    )
