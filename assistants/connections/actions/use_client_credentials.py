"""Begin to use client credentials, which nobody has to consent to."""

from django.db import IntegrityError

from assistants.connections.actions.save_connection import new_connection
from assistants.connections.machine import machine
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import connection_for
from kernel.actions import entry_action
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit


def make_client_connection(*, profile: AuthProfile) -> Connection | None:
    """The organisation's connection by client credentials, made with the first call: its token is fetched afterwards."""
    try:
        return _make(actor=machine(profile.organisation), profile=profile)
    except IntegrityError:  # another process was first
        with tenant_scope(profile.organisation):
            return connection_for(profile, profile.organisation, None)


@entry_action
def _make(*, actor: Actor, profile: AuthProfile) -> Connection:
    connection = new_connection(actor, profile)
    oauth = profile.document.get("oauth") or {}
    connection.scopes = oauth.get("scopes", [])
    connection.save()
    record_audit(actor, "connection.made", connection, scopes=connection.scopes)
    return connection
