"""Delete a department; its listings go to another one, or stand in none."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.actions.create_department import facts
from store.directories.queries import access_department
from store.models import Listing


@entry_action
def delete_department(*, actor: Actor, department_id: str, move_to: str = "") -> None:
    """Take a department out of the directory. No listing goes with it.

    Args:
        move_to: the id of the department that gets its listings; empty leaves them without one.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such department.
        InvalidInput: its listings would go to the very one that is deleted.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    department = access_department(actor.organisation, department_id, lock=True)
    if move_to == department.public_id:
        raise InvalidInput.on("move_to", "same", _("Choose another department for its listings."))
    heir = access_department(actor.organisation, move_to, lock=True) if move_to else None
    moved = Listing.objects.for_organisation(actor.organisation).filter(department=department)
    count = moved.update(department=heir)
    record_audit(
        actor,
        "department.deleted",
        department,
        before=facts(department),
        moved=count,
        moved_to=heir.name if heir else "",
    )
    department.delete()
