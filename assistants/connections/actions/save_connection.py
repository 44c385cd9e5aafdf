"""Keep a credential that somebody gave, or that a service gave for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import connection_for
from assistants.connections.sealing import seal
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit


def save_connection(
    *,
    actor: Actor,
    profile: AuthProfile,
    secrets: dict[str, Any],
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> Connection:
    """Store a credential, in the place of the present one where there is one, inside the action that obtained it.

    Turns that wait for it hear of it by the event `connection.made`.
    """
    assert_in_action()
    mine = profile.owner == AuthProfile.Owner.USER
    present = connection_for(profile, actor.organisation, actor.user_id if mine else None)
    connection = new_connection(actor, profile) if present is None else _renamed(present, profile)
    connection.made_by = actor.user
    connection.secret_encrypted = seal(connection, secrets)
    connection.scopes, connection.expires_at = list(scopes), expires_at
    connection.state, connection.failure = Connection.State.ACTIVE, ""
    connection.lease, connection.lease_until = "", None
    if present is not None:
        connection.version += 1
    connection.save()
    action = "connection.made" if present is None else "connection.renewed"
    record_audit(actor, action, connection, scopes=connection.scopes)
    payload = {
        "connection": connection.public_id,
        "profile": profile.public_id,
        "user": actor.user.public_id if actor.user else "",
    }
    publish_event(actor.organisation, "connection.made", payload)
    return connection


def new_connection(actor: Actor, profile: AuthProfile) -> Connection:
    """An unsaved row for the actor, or for their organisation where the profile's credentials are the organisation's."""
    mine = profile.owner == AuthProfile.Owner.USER
    connection = Connection(
        organisation=actor.organisation,
        user=actor.user if mine else None,
        profile_id=profile.public_id,
        profile_organisation_id=profile.organisation_id,
    )
    return _renamed(connection, profile)


def _renamed(connection: Connection, profile: AuthProfile) -> Connection:
    connection.kind, connection.name, connection.origin = profile.kind, profile.name, profile.origin
    connection.assistant_name = profile.assistant_name
    connection.maker_name = profile.organisation.name[:120]
    connection.consent = profile.consent
    return connection
