"""Take somebody out of a group."""

from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Group
from organisations.permissions import Permission, require
from organisations.queries import access_group, access_membership


@entry_action
def remove_from_group(*, actor: Actor, group_id: str, membership_id: str) -> Group:
    """End somebody's place in a group, and what they had through it.

    Raises:
        PermissionDenied: the actor may not manage members.
        NotFound: no such group or member, or the member is not in it.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    group = access_group(actor.organisation, group_id, lock=True)
    membership = access_membership(actor.organisation, membership_id)
    if not group.places.filter(membership=membership).delete()[0]:
        raise NotFound
    record_audit(actor, "group.member_removed", group, member=membership.user.email)
    return group
