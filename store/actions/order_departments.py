"""Bring departments into an order."""

from collections.abc import Sequence

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.models import Department
from store.ordering import put_in_order


@entry_action
def order_departments(*, actor: Actor, order: Sequence[str]) -> None:
    """Show departments in the order of these ids; those that are not named follow.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    rows = Department.objects.for_organisation(actor.organisation)
    put_in_order(rows, order, key=lambda row: (row.public_id,))
