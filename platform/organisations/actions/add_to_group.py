"""Put members into a group."""

from collections.abc import Sequence

from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Group, GroupMembership
from organisations.permissions import Permission, require
from organisations.queries import access_group, members


@entry_action
def add_to_group(*, actor: Actor, group_id: str, membership_ids: Sequence[str]) -> Group:
    """Add people; those who are in it already stay.

    Raises:
        PermissionDenied: the actor may not manage members.
        NotFound: the organisation has no such group, or not all of these members; then nobody is added.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    group = access_group(actor.organisation, group_id, lock=True)
    wanted = set(membership_ids)
    found = list(members(actor.organisation).filter(public_id__in=wanted))
    if len(found) != len(wanted):
        raise NotFound
    present = set(group.places.filter(membership__in=found).values_list("membership_id", flat=True))
    new = [membership for membership in found if membership.pk not in present]
    GroupMembership.objects.bulk_create(
        [GroupMembership(organisation=actor.organisation, group=group, membership=row) for row in new]
    )
    if new:
        record_audit(actor, "group.members_added", group, members=[row.user.email for row in new][:50])
    return group
