"""Change a registered database."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.tools.actions.add_database import checked_password, facts, guard_name
from assistants.tools.databases.fields import checked_fields, checked_reach
from assistants.tools.databases.probing import probe
from assistants.tools.databases.registered import access_database, reach_of
from assistants.tools.models import Database
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.secrets import encrypt
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

_PLACE = frozenset({"host", "port", "database", "user", "sslmode", "schemas"})


def update_database(*, actor: Actor, database_id: str, password: str | None = None, **given: Any) -> Database:
    """Change what is given; where it is reached in another way, it is called first, and nothing changes unless that works.

    Args:
        password: a new one; the present one stays where none is given, as long as host and port do: it goes to no other.
        given: as for `add_database`.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such database.
        InvalidInput: a field is wrong; it names which.
        DatabaseUnreachable, DatabaseSignInFailed, RoleMayWrite, SchemaMissing, HostForbidden, RateLimited: see `probe`.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    fields = checked_fields(given)
    secret = None if password is None else checked_password(password)
    with tenant_scope(actor.organisation):
        row = access_database(actor.organisation, database_id)
    before = (row.host, row.port)
    changed = {name for name, value in fields.items() if getattr(row, name) != value}
    _set(row, fields)
    if secret is None and row.password_encrypted and (row.host, row.port) != before:
        message = _("At another host or port the password has to be entered again.")
        raise InvalidInput.on("password", "required", message)
    checked = secret is not None or bool(changed & _PLACE)
    if checked:
        checked_reach(row.host, row.port, row.sslmode)
        probe(actor, reach_of(row, secret), row.schemas)
    return _update(actor=actor, database_id=database_id, fields=fields, password=secret, checked=checked)


@entry_action
def _update(
    *, actor: Actor, database_id: str, fields: dict[str, Any], password: str | None, checked: bool
) -> Database:
    require(actor, Permission.MANAGE_ORGANISATION)
    row = access_database(actor.organisation, database_id, lock=True)
    before = facts(row)
    _set(row, fields)
    guard_name(actor, row)
    if password is not None:
        row.password_encrypted = encrypt(password, row=row.secret_row) if password else ""
    if checked:
        row.checked_at, row.failure = timezone.now(), ""
    row.save()
    record_audit(
        actor, "database.changed", row, before=before, after=facts(row), password_changed=password is not None
    )
    return row


def _set(row: Database, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
