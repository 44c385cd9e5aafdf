"""Look whether a registered database is still reached, and its role still only reads."""

from django.utils import timezone

from assistants.tools.databases.probing import probe
from assistants.tools.databases.registered import access_database, reach_of
from assistants.tools.models import Database
from kernel.actions import entry_action
from kernel.errors import DomainError, RateLimited
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def try_database(*, actor: Actor, database_id: str) -> tuple[Database, str]:
    """Call it, and note what came of that.

    Returns:
        The database, and a sentence about what is wrong; empty where nothing is.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such database.
        RateLimited: too many tests lately.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    with tenant_scope(actor.organisation):
        row = access_database(actor.organisation, database_id)
    failure = said = ""
    try:
        probe(actor, reach_of(row), row.schemas)
    except RateLimited:
        raise
    except DomainError as error:
        failure, said = error.code, str(error.message)
    return _note(actor=actor, database_id=database_id, failure=failure), said


@entry_action
def _note(*, actor: Actor, database_id: str, failure: str) -> Database:
    row = access_database(actor.organisation, database_id, lock=True)
    row.checked_at, row.failure = timezone.now(), failure
    row.save(update_fields=["checked_at", "failure"])
    record_audit(actor, "database.tested", row, result=failure or "ok")
    return row
