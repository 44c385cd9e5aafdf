"""Change a role of the organisation's own."""

from collections.abc import Iterable

from kernel.actions import entry_action
from organisations.actions.create_custom_role import facts, fill
from organisations.actor_cache import forget_cached_actors
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import CustomRole
from organisations.permissions import Permission, require
from organisations.queries import access_custom_role
from organisations.ranks import guard_grant


@entry_action
def update_custom_role(
    *,
    actor: Actor,
    role_id: str,
    name: str | None = None,
    description: str | None = None,
    permissions: Iterable[Permission] | None = None,
) -> CustomRole:
    """Change what a role is called or allows; it holds for everybody who has it from their next request on.

    Raises:
        PermissionDenied: the actor may not make roles, or the role does, or would do, more than theirs.
        NotFound: the organisation has no such role.
        InvalidInput: no name, one that is taken, or no permission.
    """
    require(actor, Permission.MANAGE_ROLES)
    role = access_custom_role(actor.organisation, role_id, lock=True)
    guard_grant(actor, role.allowed)
    before = facts(role)
    fill(
        actor,
        role,
        role.name if name is None else name,
        role.description if description is None else description,
        role.allowed if permissions is None else permissions,
    )
    if facts(role) != before:
        record_audit(actor, "role.changed", role, before=before, after=facts(role))
        forget_cached_actors()
    return role
