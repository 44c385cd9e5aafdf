"""Make a department of the directory."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.names import checked_name
from organisations.permissions import Permission, require
from organisations.queries import access_group
from store.models import Department

MOST = 100


class TooManyDepartments(Conflict):
    code = "too_many_departments"
    user_message = _("A directory has at most 100 departments. Put some of them together first.")


@entry_action
def create_department(*, actor: Actor, name: str, publishers: str = "") -> Department:
    """Add a department at the end.

    Args:
        publishers: the id of the group that puts listings into it; empty leaves that to whoever may publish.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: no name, or one that is taken.
        NotFound: the organisation has no such group.
        TooManyDepartments: there are enough.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    rows = Department.objects.for_organisation(actor.organisation)
    if rows.count() >= MOST:
        raise TooManyDepartments
    last = rows.aggregate(last=Max("order"))["last"] or 0
    department = Department(organisation=actor.organisation, order=last + 1)
    fill(actor, department, name, publishers)
    record_audit(actor, "department.created", department, after=facts(department))
    return department


def fill(actor: Actor, department: Department, name: str, publishers: str) -> None:
    """Give a department its name and its publishers, and save it.

    Raises:
        InvalidInput: no name, or one that is taken.
        NotFound: the organisation has no such group.
    """
    department.name = checked_name(name, longest=80)
    department.publishers = access_group(actor.organisation, publishers) if publishers else None
    try:
        with transaction.atomic():
            department.save()
    except IntegrityError as error:
        message = _("There is a department of this name. Choose another one.")
        raise InvalidInput.on("name", "taken", message) from error


def facts(department: Department) -> dict[str, object]:
    """A department as the audit log keeps it."""
    group = department.publishers
    return {"name": department.name, "publishers": group.name if group else ""}
