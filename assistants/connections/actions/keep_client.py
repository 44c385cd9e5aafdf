"""Keep what an authorization server knows us as."""

from datetime import datetime

from assistants.connections.models import OAuthClient
from assistants.connections.sealing import seal
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def keep_client(
    *,
    actor: Actor,
    issuer: str,
    client_id: str,
    secret: str,
    token_auth: str,
    redirect_uri: str,
    expires_at: datetime | None,
) -> OAuthClient:
    """Store a registration, in the place of an earlier one at the same server.

    Raises:
        PermissionDenied: the actor may not build assistants.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    rows = OAuthClient.objects.for_organisation(actor.organisation).select_for_update()
    client: OAuthClient = rows.filter(issuer=issuer, redirect_uri=redirect_uri).first() or OAuthClient(
        organisation=actor.organisation, issuer=issuer, redirect_uri=redirect_uri
    )
    client.client_id, client.token_auth, client.expires_at = client_id, token_auth, expires_at
    client.client_secret_encrypted = seal(client, {"client_secret": secret}) if secret else ""
    client.save()
    record_audit(actor, "oauth_client.registered", client)
    return client
