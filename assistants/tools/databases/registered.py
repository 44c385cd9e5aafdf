"""Reads of registered databases. Those of rows run inside the open organisation's scope."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import QuerySet

from assistants.tools.databases.outline import outline_of
from assistants.tools.databases.role import check_role
from assistants.tools.databases.session import Reach, session
from assistants.tools.models import Database
from assistants.turns.plan import AssistantPlan
from kernel.errors import NotFound
from kernel.secrets import decrypt
from kernel.tenancy import HasPk, tenant_scope
from organisations.actors import Actor

MOST = 50
OUTLINE_SECONDS = 600


def databases(organisation: HasPk | int) -> QuerySet[Database]:
    """An organisation's databases, by name."""
    return Database.objects.for_organisation(organisation).order_by("name", "pk")


def access_database(organisation: HasPk, database_id: str, *, lock: bool = False) -> Database:
    """One of them, by public id.

    Raises:
        NotFound: the organisation has none of this id.
    """
    rows = databases(organisation).filter(public_id=database_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def databases_for(plan: AssistantPlan, actor: Actor) -> list[Database]:
    """Those that an assistant may ask for somebody, by name. Reads the database.

    One that names no assistants is there for all of the organisation's, and for its own people only; what others may ask, an
    administrator has named.
    """
    at_home = actor.organisation.pk == plan.creator_organisation_id
    with tenant_scope(plan.creator_organisation_id):
        rows = databases(plan.creator_organisation_id)[:MOST]
        return [
            row for row in rows if plan.assistant_id in row.assistants or (at_home and not row.assistants)
        ]


def reach_of(row: Database, password: str | None = None) -> Reach:
    """How a database is reached, with its password in the clear: for one session.

    Raises:
        SecretUnreadable: the server's secret was replaced.
    """
    if password is None:
        password = decrypt(row.password_encrypted, row=row.secret_row) if row.password_encrypted else ""
    return Reach(
        row.host,
        row.port,
        row.database,
        row.user,
        password,
        row.sslmode,
        row.timeout_seconds,
        row.most_rows,
    )


async def outline(row: Database, reach: Reach) -> str:
    """The tables of a database, remembered for ten minutes; its role is looked at again whenever they are read.

    Raises:
        RoleMayWrite: the role was given more than it had when the database was registered.
        DatabaseUnreachable, DatabaseSignInFailed, StatementTooSlow: see `session`.
    """
    key = f"database-outline:{row.public_id}:{row.updated_at.timestamp()}"
    kept: str | None = await cache.aget(key)
    if kept is None:
        async with session(reach) as connection:
            await check_role(connection, row.user)
            kept = await outline_of(connection, row.schemas)
        await cache.aset(key, kept, OUTLINE_SECONDS)
    return kept


def hosts_of(organisation: HasPk | int) -> Sequence[str]:
    """The hosts of an organisation's databases, each one once."""
    return list(dict.fromkeys(databases(organisation).values_list("host", flat=True)[:MOST]))
