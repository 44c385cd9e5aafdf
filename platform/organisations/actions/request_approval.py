"""Ask for a second person's word."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action
from kernel.errors import Conflict
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.approvals import pending_approval
from organisations.audit import record_audit
from organisations.models import Approval

LASTS = timedelta(days=14)
REASON_CHARACTERS = 1000


class ApprovalPending(Conflict):
    code = "approval_pending"
    user_message = _(
        "%(subject)s waits for an approval already. Wait for it, or withdraw that request first."
    )


def request_approval(
    *,
    actor: Actor,
    kind: str,
    subject_type: str,
    subject_id: str,
    label: str,
    payload: dict[str, Any],
    reason: str = "",
    authors: tuple[int, ...] = (),
) -> Approval:
    """Save a request inside the transaction of the action that needs it, and tell those who may decide.

    Args:
        payload: what `apply` of the kind needs to do exactly what was asked for, as JSON values.
        authors: people who may not decide it either, beside the one who asks.

    Raises:
        ApprovalPending: the subject waits for one of this kind already.
    """
    assert_in_action()
    if pending_approval(actor.organisation, subject_id, kind):
        raise ApprovalPending(subject=label)
    approval: Approval = Approval.objects.create(
        organisation=actor.organisation,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_label=label[:200],
        payload={**payload, "authors": sorted({*authors})},
        reason=reason[:REASON_CHARACTERS],
        requested_by=actor.user,
        expires_at=timezone.now() + LASTS,
    )
    record_audit(actor, "approval.requested", approval, kind=kind, subject=subject_id)
    publish_event(actor.organisation, "approval.requested", facts_of(approval))
    return approval


def facts_of(approval: Approval) -> dict[str, Any]:
    """A request's standing, for events."""
    return {
        "approval": approval.public_id,
        "kind": approval.kind,
        "subject": approval.subject_id,
        "state": approval.state,
    }
