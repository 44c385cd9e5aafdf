"""A credential that ran out is renewed by one process at a time."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from assistants.connections.machine import machine
from assistants.connections.models import Connection
from assistants.connections.oauth.tokens import Tokens
from assistants.connections.sealing import seal, unseal
from kernel.actions import entry_action
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit

LEASE_SECONDS = 20.0  # longer than a token endpoint may take


def claim_renewal(*, connection: Connection, lease: str) -> bool:
    """Take the right to renew it; whether nobody else has it, and nobody renewed it meanwhile."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    with tenant_scope(connection.organisation_id, durable=True):
        rows = Connection.objects.for_organisation(connection.organisation_id).filter(
            free, pk=connection.pk, version=connection.version, ended_at=None
        )
        return bool(rows.update(lease=lease, lease_until=now + timedelta(seconds=LEASE_SECONDS)))


def release_renewal(*, connection: Connection, lease: str) -> None:
    """Give the right back: the service did not answer."""
    with tenant_scope(connection.organisation_id, durable=True):
        rows = Connection.objects.for_organisation(connection.organisation_id)
        rows.filter(pk=connection.pk, lease=lease).update(lease="", lease_until=None)


def keep_renewed(*, connection: Connection, lease: str, tokens: Tokens, narrower: bool) -> None:
    """Keep what the service gave. Where it allows less than before (`narrower`), its person is asked again."""
    _keep(
        actor=machine(connection.organisation),
        connection=connection,
        lease=lease,
        tokens=tokens,
        narrower=narrower,
    )


@entry_action
def _keep(*, actor: Actor, connection: Connection, lease: str, tokens: Tokens, narrower: bool) -> None:
    row = _leased(connection, lease)
    if row is None:
        return
    row.secret_encrypted = seal(row, tokens.secrets(unseal(row, row.secret_encrypted)))
    row.expires_at, row.renewed_at = tokens.expires_at, timezone.now()
    row.version, row.lease, row.lease_until = row.version + 1, "", None
    if narrower:
        row.state, row.failure = Connection.State.NEEDS_CONSENT, "scopes"
        record_audit(actor, "connection.consent_needed", row, granted=list(tokens.scopes or ()))
    row.save()


def break_connection(*, connection: Connection, lease: str, failure: str) -> None:
    """Note that the service refused the credential; its person has to connect again.

    Args:
        failure: the service's own error code.
    """
    _break(actor=machine(connection.organisation), connection=connection, lease=lease, failure=failure)


@entry_action
def _break(*, actor: Actor, connection: Connection, lease: str, failure: str) -> None:
    row = _leased(connection, lease)
    if row is None:
        return
    row.state, row.failure = Connection.State.BROKEN, failure[:60]
    row.lease, row.lease_until, row.version = "", None, row.version + 1
    row.save()
    record_audit(actor, "connection.refresh_failed", row, reason=failure[:60])
    publish_event(
        actor.organisation, "connection.broken", {"connection": row.public_id, "profile": row.profile_id}
    )


def _leased(connection: Connection, lease: str) -> Connection | None:
    rows = Connection.objects.for_organisation(connection.organisation_id).select_for_update()
    found: Connection | None = rows.filter(pk=connection.pk, lease=lease, ended_at=None).first()
    return found
