"""Let a suspended member back in."""

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership
from organisations.permissions import Permission, require
from organisations.queries import access_membership
from organisations.ranks import guard_grant, take_turns


@entry_action
def resume_member(*, actor: Actor, membership_id: str) -> Membership:
    """End a suspension: the member's role and keys count again. Doing it twice changes nothing.

    Raises:
        PermissionDenied: the actor may not manage members, or the member's role is above theirs.
        NotFound: the organisation has no such member.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    membership = access_membership(actor.organisation, membership_id, lock=True)
    guard_grant(actor, membership.permissions)
    if membership.suspended_at is None:
        return membership
    membership.suspended_at = None
    membership.save(update_fields=["suspended_at"])
    record_audit(actor, "member.resumed", membership, before={"suspended": True}, after={"suspended": False})
    payload = {"member": membership.public_id, "user": membership.user.public_id}
    publish_event(actor.organisation, "member.resumed", payload)
    return membership
