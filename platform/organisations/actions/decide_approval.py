"""Give or refuse a second person's word."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput, PermissionDenied
from kernel.outbox import publish_event
from kernel.registries import ApprovalKind, approval_guards
from organisations.actions.request_approval import REASON_CHARACTERS, facts_of
from organisations.actors import Actor
from organisations.approvals import access_approval, kind_of
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission, require


class ApprovalClosed(Conflict):
    code = "approval_closed"
    user_message = _("This request is closed: %(state)s. Nothing more can be decided.")


class OwnRequest(PermissionDenied):
    code = "own_request"
    user_message = _("Whoever asks, or made what is asked for, cannot decide it. Somebody else has to.")


class NeedsAPerson(PermissionDenied):
    code = "needs_a_person"
    user_message = _("A person has to decide this, not a service account.")


@entry_action
def decide_approval(*, actor: Actor, approval_id: str, approve: bool, reason: str = "") -> Approval:
    """Approve a request, which does at once what was asked for, or refuse it.

    Args:
        reason: why; a refusal needs one.

    Raises:
        PermissionDenied: the actor may not decide, or lacks what the kind of request asks for.
        NotFound: the organisation has no such request.
        ApprovalClosed: it was decided, withdrawn or ran out.
        OwnRequest: the actor asked for it, or made what it is about.
        NeedsAPerson: a service account tries to decide.
        InvalidInput: a refusal without a reason, or one that is too long.
        DomainError: what was asked for cannot be done any more; it says why, and the request stays open.
    """
    require(actor, Permission.DECIDE_APPROVALS)
    approval = access_approval(actor, approval_id, lock=True)
    kind = kind_of(approval)
    _guard(actor, approval, kind)
    said = _checked_reason(reason, approve)
    approval.state = Approval.State.APPROVED if approve else Approval.State.REJECTED
    approval.decided_by, approval.decided_at, approval.decision_reason = actor.user, timezone.now(), said
    approval.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    if kind is not None:
        kind.apply(actor, approval) if approve else kind.ended(approval)
    record_audit(
        actor,
        "approval.decided",
        approval,
        kind=approval.kind,
        subject=approval.subject_id,
        decision=approval.state,
        reason=said,
    )
    publish_event(actor.organisation, "approval.decided", facts_of(approval))
    return approval


def guard_open(approval: Approval) -> None:
    """Refuse to touch a request that nothing can be decided about any more.

    Raises:
        ApprovalClosed: it says how it ended.
    """
    if approval.state != Approval.State.PENDING:
        raise ApprovalClosed(state=approval.get_state_display())
    if approval.expires_at <= timezone.now():
        raise ApprovalClosed(state=Approval.State.EXPIRED.label)


def _guard(actor: Actor, approval: Approval, kind: ApprovalKind | None) -> None:
    if kind is not None and kind.permission:
        require(actor, Permission[kind.permission])
    guard_open(approval)
    if actor.user is None:
        raise NeedsAPerson
    if actor.user_id in (approval.requested_by_id, *approval.payload.get("authors", ())):
        raise OwnRequest
    for guard in approval_guards:
        guard(actor, approval)


def _checked_reason(reason: str, approve: bool) -> str:
    said = reason.replace("\x00", "").strip()
    if len(said) > REASON_CHARACTERS:
        raise InvalidInput.on("reason", "too_long", _("Use at most 1,000 characters."))
    if not approve and not said:
        raise InvalidInput.on("reason", "required", _("Say why, so that it can be mended."))
    return said
