"""Finance decides whether trade was real."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.earning.clawback import claw_back, take_back_pool_shares
from billing.models import EarningReview, Sale
from kernel.errors import Conflict, NotFound
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit

WHY = "a review of trade between two organisations"
State = EarningReview.State


class ReviewDecided(Conflict):
    code = "review_decided"
    user_message = _("This review has been decided already. Open the list again to see how.")


def clear_review(*, staff: Staff, review_id: int, reason: str) -> EarningReview:
    """Say that the trade was real: what it earned is held no longer.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such review.
        ReviewDecided: somebody decided it before.
    """
    return _decide(staff, review_id, reason, State.CLEARED)


def void_review(*, staff: Staff, review_id: int, reason: str) -> EarningReview:
    """Say that the trade was not real: what it earned is taken back, where it was paid out from later earnings.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such review.
        ReviewDecided: somebody decided it before.
    """
    return _decide(staff, review_id, reason, State.VOIDED)


def _decide(staff: Staff, review_id: int, reason: str, state: str) -> EarningReview:
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        reviews = EarningReview.objects.across_organisations(reason=WHY)
        found = reviews.select_for_update(no_key=True, of=["self"]).filter(pk=review_id)
        review: EarningReview | None = found.first()
        if review is None:
            raise NotFound
        if review.state != State.OPEN:
            raise ReviewDecided
        taken = _take_back(review) if state == State.VOIDED else 0
        review.state, review.reason = state, why
        review.decided_at, review.decided_by = timezone.now(), staff.user.email
        review.save(update_fields=["state", "reason", "decided_at", "decided_by"])
        _log(staff, review, why, taken)
    return review


def _take_back(review: EarningReview) -> int:
    pair: dict[str, Any] = {"organisation_id": review.payer_id, "earner_id": review.organisation_id}
    sales = Sale.objects.across_organisations(reason=WHY).filter(
        **pair, created_at__gte=review.since, created_at__lte=review.until
    )
    ids = list(sales.values_list("public_id", flat=True))
    taken = claw_back(sale_public_ids=ids, reason="self_dealing", event_id=review.public_id) if ids else 0
    return taken + take_back_pool_shares(
        earner_id=review.organisation_id,
        payer_id=review.payer_id,
        since=review.since,
        until=review.until,
        event_id=review.public_id,
    )


def _log(staff: Staff, review: EarningReview, why: str, taken: int) -> None:
    action = f"earnings.{review.state}"
    organisation = review.organisation
    record_audit(staff_actor(staff, organisation), action, review, amount=taken or review.held, reason=why)
    record_staff_action(
        staff=staff.user,
        action=action,
        target=organisation,
        reason=why,
        ip=staff.ip,
        amount=taken or review.held,
    )
    publish_event(organisation, action, {"review": review.public_id, "amount": taken or review.held})
