"""Make a group of members."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Group
from organisations.names import checked_name
from organisations.permissions import Permission, require


@entry_action
def create_group(*, actor: Actor, name: str, description: str = "") -> Group:
    """Make an empty group.

    Raises:
        PermissionDenied: the actor may not manage members.
        InvalidInput: no name, or one that is taken.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    group = Group(organisation=actor.organisation)
    fill(group, name, description)
    record_audit(actor, "group.created", group, after=facts(group))
    return group


def fill(group: Group, name: str, description: str) -> None:
    """Give a group its words and save it.

    Raises:
        InvalidInput: no name, or one that is taken.
    """
    group.name = checked_name(name, longest=80)
    group.description = " ".join(description.split())[:300]
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise InvalidInput.on(
            "name", "taken", _("There is a group of this name. Choose another one.")
        ) from error


def facts(group: Group) -> dict[str, object]:
    """A group as the audit log keeps it."""
    return {"name": group.name, "description": group.description}
