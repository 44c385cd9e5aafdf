"""Take a request for approval back."""

from django.utils import timezone

from kernel.actions import assert_in_action, entry_action
from kernel.errors import PermissionDenied
from kernel.outbox import publish_event
from organisations.actions.decide_approval import guard_open
from organisations.actions.request_approval import facts_of
from organisations.actors import Actor
from organisations.approvals import access_approval, kind_of, pending_approval
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.permissions import Permission


@entry_action
def withdraw_approval(*, actor: Actor, approval_id: str) -> Approval:
    """End a request that nobody has decided yet.

    Raises:
        NotFound: there is none that the actor may see.
        PermissionDenied: somebody else asked, and the actor does not look after all assistants.
        ApprovalClosed: it was decided, or ended otherwise.
    """
    approval = access_approval(actor, approval_id, lock=True)
    own = actor.user_id is not None and approval.requested_by_id == actor.user_id
    if not own and not actor.can(Permission.MANAGE_ASSISTANTS):
        raise PermissionDenied
    guard_open(approval)
    end_approval(actor, approval, Approval.State.WITHDRAWN)
    return approval


def withdraw_pending(*, actor: Actor, subject_id: str, kinds: tuple[str, ...]) -> None:
    """End the open requests about a subject, inside the action that makes them pointless."""
    assert_in_action()
    while approval := pending_approval(actor.organisation, subject_id, *kinds):
        end_approval(actor, approval, Approval.State.WITHDRAWN)


def end_approval(actor: Actor, approval: Approval, state: Approval.State) -> None:
    """Close a request without a decision, in the open transaction."""
    assert_in_action()
    approval.state, approval.decided_at = state, timezone.now()
    approval.save(update_fields=["state", "decided_at"])
    kind = kind_of(approval)
    if kind is not None:
        kind.ended(approval)
    record_audit(actor, f"approval.{state}", approval, kind=approval.kind, subject=approval.subject_id)
    publish_event(actor.organisation, "approval.ended", facts_of(approval))
