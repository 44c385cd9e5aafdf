"""Disconnect."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from assistants.connections.machine import machine
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import access_connection, connection_for, live_connections
from assistants.connections.rights import NothingToConnect, require_to_connect
from kernel.actions import assert_in_action, entry_action
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.permissions import Permission, require


def end_connection(*, actor: Actor, connection_id: str) -> Connection:
    """End a connection: it signs no call from now on, and the service is told by a job, after which it is erased.

    Raises:
        PermissionDenied: it is the organisation's, and the actor may not change its assistant.
        NotFound: there is none, or it is somebody else's.
    """
    require(actor, Permission.USE_ASSISTANTS)
    with tenant_scope(actor.organisation):
        connection = access_connection(actor, connection_id)
        rows = AuthProfile.objects.for_organisation(actor.organisation)
        profile = rows.filter(public_id=connection.profile_id).first()
    if connection.user_id is None and profile is not None:
        _require_organisations(actor, profile)
    return _end(actor=actor, connection_id=connection_id)


def _require_organisations(actor: Actor, profile: AuthProfile) -> None:
    try:
        require_to_connect(actor, profile)
    except NothingToConnect:  # client credentials: connected by themselves, and ended by hand all the same
        require(actor, Permission.BUILD_ASSISTANTS)


@entry_action
def _end(*, actor: Actor, connection_id: str) -> Connection:
    connection = access_connection(actor, connection_id, lock=True)
    _end_all(actor, [connection])
    return connection


def end_connections_of(*, organisation: Organisation, user: User) -> int:
    """End what somebody who left an organisation had connected in it; gives how many those were."""
    return _end_persons(actor=machine(organisation), user=user)


@entry_action
def _end_persons(*, actor: Actor, user: User) -> int:
    rows: QuerySet[Connection] = live_connections(actor.organisation).filter(user=user).select_for_update()
    return _end_all(actor, rows)


def end_unasked(*, actor: Actor, profile: AuthProfile) -> None:
    """End what the organisation has by client credentials, in the transaction of another action: the next call gets it anew."""
    assert_in_action()
    connection = connection_for(profile, actor.organisation, None)
    _end_all(actor, [connection] if connection else [])


def _end_all(actor: Actor, connections: Iterable[Connection]) -> int:
    ended = list(connections)
    for connection in ended:
        connection.ended_at = timezone.now()
        connection.save(update_fields=["ended_at"])
        record_audit(actor, "connection.ended", connection)
    if ended:
        enqueue_after_commit("connections.tell_endings")
    return len(ended)
