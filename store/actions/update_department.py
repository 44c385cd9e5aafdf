"""Rename a department, or say who publishes in it."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.actions.create_department import facts, fill
from store.directories.queries import access_department
from store.models import Department


@entry_action
def update_department(
    *, actor: Actor, department_id: str, name: str | None = None, publishers: str | None = None
) -> Department:
    """Change what is given; what stands in the department stays there.

    Args:
        publishers: the id of a group; empty leaves it to whoever may publish.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such department or group.
        InvalidInput: no name, or one that is taken.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    department = access_department(actor.organisation, department_id, lock=True)
    before = facts(department)
    group = department.publishers.public_id if department.publishers else ""
    fill(
        actor,
        department,
        department.name if name is None else name,
        group if publishers is None else publishers,
    )
    if facts(department) != before:
        record_audit(actor, "department.changed", department, before=before, after=facts(department))
    return department
