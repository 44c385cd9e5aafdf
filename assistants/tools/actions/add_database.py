"""Register a database for an organisation's assistants to ask."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.tools.databases.fields import LONGEST_PASSWORD, USUAL, checked_fields, checked_reach
from assistants.tools.databases.probing import probe
from assistants.tools.databases.registered import MOST, databases, reach_of
from assistants.tools.models import Database
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.secrets import encrypt
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def add_database(*, actor: Actor, password: str = "", **given: Any) -> Database:
    """Reach a PostgreSQL database and register it. One that is not reached, or whose role may write, is not registered.

    The database is called before any transaction.

    Args:
        given: `name`, `host`, `database` and `user`; by default `port` 5432, `sslmode` require, `schemas` public,
            `timeout_seconds` 10, `most_rows` 1000, no `description`, and no `assistants` (public ids; none: all of the
            organisation's).

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: a field is wrong; it names which.
        DatabaseUnreachable, DatabaseSignInFailed, RoleMayWrite, SchemaMissing, HostForbidden, RateLimited: see `probe`.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    fields = checked_fields(USUAL | given)
    secret = checked_password(password)
    checked_reach(fields["host"], fields["port"], fields["sslmode"])
    row = Database(organisation=actor.organisation, created_by=actor.user, **fields)
    probe(actor, reach_of(row, secret), row.schemas)
    return _add(actor=actor, row=row, password=secret)


@entry_action
def _add(*, actor: Actor, row: Database, password: str) -> Database:
    require(actor, Permission.MANAGE_ORGANISATION)
    if databases(actor.organisation).count() >= MOST:
        message = _("An organisation has up to %(most)s databases. Remove one first.") % {"most": MOST}
        raise InvalidInput.on("name", "too_many", message)
    guard_name(actor, row)
    row.password_encrypted = encrypt(password, row=row.secret_row) if password else ""
    row.checked_at, row.failure = timezone.now(), ""
    row.save()
    record_audit(actor, "database.added", row, after=facts(row))
    return row


def guard_name(actor: Actor, row: Database) -> None:
    """Refuse a name that another database of the organisation has: models tell them apart by it.

    Raises:
        InvalidInput: it is taken.
    """
    if databases(actor.organisation).filter(name__iexact=row.name).exclude(pk=row.pk).exists():
        raise InvalidInput.on("name", "taken", _("There is a database of this name already."))


def checked_password(password: str) -> str:
    """A password as it is sealed.

    Raises:
        InvalidInput: it is too long, or holds characters that no server takes.
    """
    if len(password) > LONGEST_PASSWORD or "\x00" in password:
        raise InvalidInput.on("password", "invalid", _("This is no password that a server takes."))
    return password


def facts(row: Database) -> dict[str, Any]:
    """A database as the audit log keeps it: never its password."""
    return {
        "name": row.name,
        "host": f"{row.host}:{row.port}",
        "database": row.database,
        "user": row.user,
        "sslmode": row.sslmode,
        "schemas": row.schemas,
        "timeout_seconds": row.timeout_seconds,
        "most_rows": row.most_rows,
        "assistants": row.assistants,
    }
