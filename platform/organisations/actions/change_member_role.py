"""Give a member another role."""

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership
from organisations.permissions import Permission, Role, require
from organisations.queries import access_membership
from organisations.ranks import guard_grant, guard_last_owner, take_turns


@entry_action
def change_member_role(*, actor: Actor, membership_id: str, role: Role) -> Membership:
    """Change what somebody may do here; it holds from their next request on, for their keys too.

    Raises:
        PermissionDenied: the actor may not manage members, or one of the two roles is above theirs.
        NotFound: the organisation has no such member.
        LastOwner: nobody else is one.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    membership = access_membership(actor.organisation, membership_id, lock=True)
    before = Role(membership.role)
    guard_grant(actor, before)
    guard_grant(actor, role)
    if before == role:
        return membership
    guard_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record_audit(
        actor, "member.role_changed", membership, before={"role": before.value}, after={"role": role.value}
    )
    publish_event(
        actor.organisation, "member.role_changed", {"member": membership.public_id, "role": role.value}
    )
    return membership
