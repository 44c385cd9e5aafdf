"""Forget a registered database, and its password."""

from assistants.tools.actions.add_database import facts
from assistants.tools.databases.registered import access_database
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def delete_database(*, actor: Actor, database_id: str) -> None:
    """Remove it: no assistant can ask it from now on. Nothing happens to the database itself.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such database.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    row = access_database(actor.organisation, database_id, lock=True)
    record_audit(actor, "database.deleted", row, before=facts(row))
    row.delete()
