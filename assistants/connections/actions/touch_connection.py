"""Note that a connection was used."""

from django.utils import timezone

from assistants.connections.machine import machine
from assistants.connections.models import Connection
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit


def touch_connection(*, connection: Connection, user: Actor) -> None:
    """Write down when a connection was last used; its first use is a line in the log of the organisation whose it is.

    Args:
        user: who makes the call. In another organisation's log they are not named.
    """
    own = user.organisation.pk == connection.organisation_id
    _touch(actor=user if own else machine(connection.organisation), connection=connection)


@entry_action
def _touch(*, actor: Actor, connection: Connection) -> None:
    rows = Connection.objects.for_organisation(actor.organisation).filter(pk=connection.pk, ended_at=None)
    first = rows.filter(last_used_at=None).update(last_used_at=timezone.now())
    if first:
        record_audit(actor, "connection.first_used", connection)
    else:
        rows.update(last_used_at=timezone.now())
