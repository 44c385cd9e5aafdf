"""Services are told that connections are over, and the credentials are erased."""

from datetime import timedelta

from asgiref.sync import async_to_sync
from django.utils import timezone

from assistants.connections.auth_settings import OAuthSettings, stored_settings
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.oauth.errors import TokenUnavailable
from assistants.connections.oauth.revoking import revoke
from assistants.connections.queries import ended_connections, has_another
from assistants.connections.sealing import unseal
from kernel.errors import DomainError
from kernel.tenancy import across_organisations, tenant_scope

MOST = 100
TRIES = 6
WAIT = timedelta(minutes=1)


def tell_endings() -> int:
    """Revoke what was ended, where the service knows how (RFC 7009), and delete it; gives how many are gone.

    A service that does not answer is asked again a few times, more and more seldom.
    """
    with across_organisations(reason="connections of everybody that were ended"):
        due = ended_connections(MOST)
    return sum(_end(organisation_id, public_id) for organisation_id, public_id in due)


def _end(organisation_id: int, public_id: str) -> int:
    with tenant_scope(organisation_id):
        rows = Connection.objects.for_organisation(organisation_id).filter(public_id=public_id)
        connection: Connection | None = rows.first()
    if connection is None:
        return 0
    try:
        _tell(connection)
    except TokenUnavailable:
        if connection.end_attempts + 1 < TRIES:
            wait = WAIT * 3**connection.end_attempts
            with tenant_scope(organisation_id):
                rows.update(end_attempts=connection.end_attempts + 1, ended_at=timezone.now() + wait)
            return 0
    with tenant_scope(organisation_id):
        return int(rows.delete()[0])


def _tell(connection: Connection) -> None:
    with tenant_scope(connection.profile_organisation_id):
        rows = AuthProfile.objects.for_organisation(connection.profile_organisation_id)
        profile: AuthProfile | None = rows.filter(public_id=connection.profile_id).first()
    # Of a profile that was changed since, the token might go to a server that never gave it.
    if profile is None or profile.consent != connection.consent:
        return
    oauth: OAuthSettings | None = stored_settings(profile.document).oauth
    if oauth is None or not oauth.revocation_url:
        return
    # Services take all of a person's tokens for one client to be one grant: it ends with the last connection.
    if oauth.registration == "organisation" and has_another(connection, oauth):
        return
    try:
        secrets = unseal(connection, connection.secret_encrypted)
        client = unseal(profile, profile.client_secret_encrypted).get("client_secret", "")
    except DomainError:  # nobody can read it any more
        return
    async_to_sync(revoke)(oauth, client, secrets)
