"""Payments for products are paid back: by the buyer alone soon after, later by the creator or the platform's finance."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.earning.clawback import refund_sale
from billing.models import Entitlement, RefundRequest, Sale
from billing.selling.purchases import access_purchase, refundable
from billing.terms import LASTING
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.permissions import Permission, require

LONGEST = 1000
REASON = "a payment of one organisation to another is paid back"
State = RefundRequest.State


class NotRefundable(Conflict):
    code = "not_refundable"
    user_message = _(
        "This can no longer be paid back at once: too many days or answers have gone by since it was paid. Ask its creator"
        " for your money instead."
    )


class AskedAlready(Conflict):
    code = "refund_asked_already"
    user_message = _("You asked for this already. The page Purchases says how that stands.")


class AlreadyRefunded(Conflict):
    code = "already_refunded"
    user_message = _("This was paid back already.")


def take_refund(*, actor: Actor, purchase_id: str) -> Entitlement:
    """Give a purchase back, as its buyer may without asking anybody within the days and answers that the rule allows.

    Raises:
        NotFound: the actor bought nothing of this id.
        NotRefundable: the time is over, or it was used too much.
        AlreadyRefunded: it was paid back already.
    """
    with tenant_scope(actor.organisation):
        bought = access_purchase(actor, purchase_id)
        standing = refundable(bought)
    if standing is not None and standing.sale.refunded_at is not None:
        raise AlreadyRefunded
    if standing is None or not standing.holds:
        raise NotRefundable
    with across_organisations(reason=REASON, durable=True):
        pay_back(standing.sale.public_id, by="buyer")
        record_audit(
            actor, "purchase.refunded", bought, product=bought.product_name, amount=standing.sale.amount
        )
    with tenant_scope(actor.organisation):
        return access_purchase(actor, purchase_id)


@entry_action
def ask_refund(*, actor: Actor, sale_id: str, reason: str) -> RefundRequest:
    """Ask the creator of a product for the money of a payment.

    Raises:
        NotFound: the actor paid nothing of this id.
        InvalidInput: no reason is given.
        AskedAlready, AlreadyRefunded: there is nothing left to ask for.
    """
    require(actor, Permission.USE_ASSISTANTS)
    why = _words(reason)
    rows = Sale.objects.for_organisation(actor.organisation).filter(public_id=sale_id)
    sale: Sale | None = rows.filter(user_id=actor.user_id or 0).first()
    if sale is None:
        raise NotFound
    if sale.refunded_at is not None:
        raise AlreadyRefunded
    request: RefundRequest
    request, made = RefundRequest.objects.for_organisation(actor.organisation).get_or_create(
        organisation=actor.organisation,
        sale_id=sale.public_id,
        defaults={
            "user_id": actor.user_id,
            "earner_id": sale.earner_id,
            "product": sale.product,
            "product_name": sale.product_name,
            "amount": sale.amount,
            "reason": why,
        },
    )
    if not made:
        raise AskedAlready
    record_audit(actor, "refund.asked", request, product=sale.product_name, amount=sale.amount)
    with across_organisations(reason="a creator is told that money is asked back"):
        earner = Organisation.objects.get(pk=sale.earner_id)
        publish_event(earner, "refund.asked", {"request": request.public_id, "name": sale.product_name})
    return request


def decide_refund(*, actor: Actor, request_id: str, granted: bool, answer: str = "") -> RefundRequest:
    """Pay back what a buyer asks for, or decline it with a reason; for those who look after the creator's money.

    Raises:
        PermissionDenied: the actor does not look after money.
        NotFound: nobody asked this of the actor's organisation.
        InvalidInput: a refusal needs a reason.
        AlreadyRefunded: it was decided or paid back already.
    """
    require(actor, Permission.MANAGE_BILLING)
    with across_organisations(reason=REASON, durable=True):
        rows = RefundRequest.objects.across_organisations(reason=REASON).filter(
            earner_id=actor.organisation.pk
        )
        request = _decided(rows, request_id, granted=granted, answer=answer, by="creator")
        record_audit(
            actor,
            "refund.granted" if granted else "refund.declined",
            request,
            product=request.product_name,
            amount=request.amount,
        )
    return request


def staff_decide_refund(*, staff: Staff, request_id: str, granted: bool, reason: str) -> RefundRequest:
    """The same for the platform's finance, whoever the creator is.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound, AlreadyRefunded: there is nothing to decide.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=REASON, durable=True):
        rows = RefundRequest.objects.across_organisations(reason=REASON)
        request = _decided(rows, request_id, granted=granted, answer=why, by="finance")
        _record_staff(
            staff, request.organisation_id, "refund.granted" if granted else "refund.declined", request, why
        )
    return request


def staff_refund_sale(*, staff: Staff, sale_id: str, reason: str) -> None:
    """Finance pays a payment back whether or not anybody asked.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such payment.
        AlreadyRefunded: it was paid back already.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=REASON, durable=True):
        sale = pay_back(sale_id, by="finance")
        _record_staff(staff, sale.organisation_id, "purchase.refunded", sale, why)


def pay_back(sale_id: str, *, by: str) -> Sale:
    """Pay one payment back in the open `across_organisations` transaction; what was bought with it ends.

    Args:
        by: `buyer`, `creator` or `finance`, for the news of it.

    Raises:
        NotFound: there is no such payment. AlreadyRefunded: it was paid back already.
    """
    assert_in_action()
    sale: Sale | None = Sale.objects.across_organisations(reason=REASON).filter(public_id=sale_id).first()
    if sale is None:
        raise NotFound
    bought = _bought_with(sale)
    if refund_sale(sale_public_id=sale_id, event_id=sale_id) is None:
        raise AlreadyRefunded
    now = timezone.now()
    Sale.objects.across_organisations(reason=REASON).filter(pk=sale.pk).update(refunded_at=now)
    if bought is not None:
        bought.state, bought.ended_at, bought.renews = Entitlement.State.REFUNDED, now, False
        bought.save(update_fields=["state", "ended_at", "renews"])
    RefundRequest.objects.across_organisations(reason=REASON).filter(
        sale_id=sale_id, state=State.OPEN
    ).update(state=State.GRANTED, decided_at=now)
    payload = {"sale": sale.public_id, "by": by}
    publish_event(Organisation.objects.get(pk=sale.organisation_id), "purchase.refunded", payload)
    return sale


def _bought_with(sale: Sale) -> Entitlement | None:
    """The purchase whose present period a payment paid, locked: a renewal waits, and finds it ended."""
    purchase_id, _colon, period = sale.reference.partition(":")
    if not period.isdigit():
        return None
    rows = Entitlement.objects.across_organisations(reason=REASON).filter(
        organisation_id=sale.organisation_id, public_id=purchase_id, periods=int(period), state__in=LASTING
    )
    found: Entitlement | None = rows.select_for_update().first()
    return found


def _decided(rows: Any, request_id: str, *, granted: bool, answer: str, by: str) -> RefundRequest:
    request: RefundRequest | None = rows.select_for_update().filter(public_id=request_id).first()
    if request is None:
        raise NotFound
    if request.state != State.OPEN:
        raise AlreadyRefunded
    request.answer = answer.strip()[:LONGEST] if granted else _words(answer)
    request.state = State.GRANTED if granted else State.DECLINED
    request.decided_at = timezone.now()
    request.save(update_fields=["answer", "state", "decided_at"])
    if granted:
        pay_back(request.sale_id, by=by)
    else:
        organisation = Organisation.objects.get(pk=request.organisation_id)
        publish_event(organisation, "refund.declined", {"request": request.public_id})
    return request


def _record_staff(staff: Staff, organisation_id: int, action: str, target: Any, why: str) -> None:
    organisation = Organisation.objects.get(pk=organisation_id)
    record_audit(staff_actor(staff, organisation), action, target, amount=target.amount, reason=why)
    record_staff_action(
        staff=staff.user, action=action, target=organisation, reason=why, ip=staff.ip, amount=target.amount
    )


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise InvalidInput.on("reason", "required", _("Say why, in at most 1,000 characters."))
    return words
