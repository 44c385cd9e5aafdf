"""Delete a group."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actions.create_group import facts
from organisations.actions.put_grant import LastResourceOwner, guard_last_resource_owner
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Grant
from organisations.permissions import Level, Permission, require
from organisations.queries import access_group


class GroupOwnsSomething(Conflict):
    code = "group_owns_something"
    user_message = _("This group is the only owner of %(resource)s. Make somebody else its owner first.")


@entry_action
def delete_group(*, actor: Actor, group_id: str) -> None:
    """Delete a group with what it was given; its members stay in the organisation.

    Raises:
        PermissionDenied: the actor may not manage members.
        NotFound: the organisation has no such group.
        GroupOwnsSomething: something would have no owner any more.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    group = access_group(actor.organisation, group_id, lock=True)
    for grant in Grant.objects.for_organisation(actor.organisation).filter(group=group, level=Level.OWN):
        try:
            guard_last_resource_owner(grant)
        except LastResourceOwner as error:
            raise GroupOwnsSomething(resource=grant.resource_id) from error
    record_audit(actor, "group.deleted", group, before=facts(group), members=group.places.count())
    group.delete()
