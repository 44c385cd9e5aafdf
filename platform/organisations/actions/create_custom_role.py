"""Make a role of the organisation's own."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import CustomRole, Organisation
from organisations.names import checked_name
from organisations.permissions import Permission, require
from organisations.plan_gates import require_in_plan
from organisations.queries import custom_roles
from organisations.ranks import guard_grant

MOST = 50


@entry_action
def create_custom_role(
    *, actor: Actor, name: str, description: str = "", permissions: Iterable[Permission]
) -> CustomRole:
    """Name a set of permissions, out of those that the actor has.

    Raises:
        PermissionDenied: the actor may not make roles, or the role would do more than theirs.
        NotInPlan: the organisation's plan does not include it.
        InvalidInput: no name, one that is taken, no permission, or too many roles.
    """
    require(actor, Permission.MANAGE_ROLES)
    require_in_plan(actor.organisation, "custom_roles")
    role = CustomRole(organisation=actor.organisation)
    if actor.organisation.kind != Organisation.Kind.TEAM:
        raise InvalidInput.on(
            "name", "personal_organisation", _("A personal workspace has one person and needs no roles.")
        )
    if custom_roles(actor.organisation).count() >= MOST:
        raise InvalidInput.on(
            "name", "too_many", _("An organisation has up to 50 roles of its own. Delete one first.")
        )
    fill(actor, role, name, description, permissions)
    record_audit(actor, "role.created", role, after=facts(role))
    return role


def fill(
    actor: Actor, role: CustomRole, name: str, description: str, permissions: Iterable[Permission]
) -> None:
    """Give a role its words and permissions, and save it.

    Raises:
        RoleAboveYours: it would do more than the actor may.
        InvalidInput: see `create_custom_role`.
    """
    wanted = frozenset(permissions)
    if not wanted:
        raise InvalidInput.on("permissions", "required", _("Choose at least one thing that the role may do."))
    guard_grant(actor, wanted)
    role.name = checked_name(name, longest=60)
    role.description = " ".join(description.split())[:300]
    role.permissions = sorted(permission.value for permission in wanted)
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise InvalidInput.on(
            "name", "taken", _("There is a role of this name. Choose another one.")
        ) from error


def facts(role: CustomRole) -> dict[str, object]:
    """A role as the audit log keeps it."""
    return {"name": role.name, "description": role.description, "permissions": role.permissions}
