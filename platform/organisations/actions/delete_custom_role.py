"""Delete a role of the organisation's own."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actions.create_custom_role import facts
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Membership
from organisations.permissions import Permission, require
from organisations.queries import access_custom_role
from organisations.ranks import guard_grant, take_turns


class RoleInUse(Conflict):
    code = "role_in_use"
    user_message = _("%(count)s people have this role. Give them another one first.")


@entry_action
def delete_custom_role(*, actor: Actor, role_id: str) -> None:
    """Delete a role that nobody has; open invitations that offer it offer the role “member” instead.

    Raises:
        PermissionDenied: the actor may not make roles, or the role does more than theirs.
        NotFound: the organisation has no such role.
        RoleInUse: somebody has it.
    """
    require(actor, Permission.MANAGE_ROLES)
    take_turns(actor.organisation)
    role = access_custom_role(actor.organisation, role_id, lock=True)
    guard_grant(actor, role.allowed)
    count = Membership.objects.for_organisation(actor.organisation).filter(custom_role=role).count()
    if count:
        raise RoleInUse(count=count)
    record_audit(actor, "role.deleted", role, before=facts(role))
    role.delete()
