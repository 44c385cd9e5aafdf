"""Give a member another role."""

from kernel.actions import entry_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership
from organisations.permissions import Permission, require
from organisations.queries import access_membership
from organisations.ranks import guard_grant, guard_last_owner, take_turns
from organisations.roles import find_role


@entry_action
def change_member_role(*, actor: Actor, membership_id: str, role: str) -> Membership:
    """Change what somebody may do here; it holds from their next request on, for their keys too.

    Args:
        role: a built-in role's name, or the `role_…` id of one of the organisation's own.

    Raises:
        PermissionDenied: the actor may not manage members, or one of the two roles is above theirs.
        NotFound: the organisation has no such member.
        InvalidInput: the organisation has no such role.
        LastOwner: nobody else is one.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    membership = access_membership(actor.organisation, membership_id, lock=True)
    wanted, before = find_role(actor.organisation, role), membership.role_key
    guard_grant(actor, membership.permissions)
    guard_grant(actor, wanted.permissions)
    if before == wanted.key:
        return membership
    guard_last_owner(membership)
    membership.role, membership.custom_role = wanted.role, wanted.custom
    membership.save(update_fields=["role", "custom_role"])
    record_audit(
        actor, "member.role_changed", membership, before={"role": before}, after={"role": wanted.key}
    )
    publish_event(
        actor.organisation, "member.role_changed", {"member": membership.public_id, "role": wanted.key}
    )
    return membership
