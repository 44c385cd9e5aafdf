"""Remove somebody from an organisation."""

from kernel.actions import entry_action
from organisations.actions.end_membership import end_membership
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership, ShutDoor
from organisations.permissions import Permission, require
from organisations.queries import access_membership
from organisations.ranks import guard_grant, take_turns


@entry_action
def remove_member(*, actor: Actor, membership_id: str) -> Membership:
    """End somebody's membership; their sessions and keys stop reaching the organisation within 5 seconds.

    Raises:
        PermissionDenied: the actor may not manage members, or the member's role is above theirs.
        NotFound: the organisation has no such member.
        LastOwner: nobody else owns the organisation.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    take_turns(actor.organisation)
    membership = access_membership(actor.organisation, membership_id, lock=True)
    guard_grant(actor, membership.permissions)
    ShutDoor.objects.for_organisation(actor.organisation).get_or_create(
        user=membership.user, defaults={"organisation": actor.organisation}
    )
    record_audit(actor, "member.removed", membership, before={"role": membership.role_key})
    end_membership(membership=membership)
    return membership
