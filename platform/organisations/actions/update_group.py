"""Rename or describe a group."""

from kernel.actions import entry_action
from organisations.actions.create_group import facts, fill
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Group
from organisations.permissions import Permission, require
from organisations.queries import access_group


@entry_action
def update_group(
    *, actor: Actor, group_id: str, name: str | None = None, description: str | None = None
) -> Group:
    """Change a group's words.

    Raises:
        PermissionDenied: the actor may not manage members.
        NotFound: the organisation has no such group.
        InvalidInput: no name, or one that is taken.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    group = access_group(actor.organisation, group_id, lock=True)
    before = facts(group)
    fill(
        group, group.name if name is None else name, group.description if description is None else description
    )
    if facts(group) != before:
        record_audit(actor, "group.changed", group, before=before, after=facts(group))
    return group
