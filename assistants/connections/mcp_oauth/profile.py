"""A profile for an MCP server that wants OAuth."""

from typing import Literal

from pydantic import SecretStr

from assistants.connections.actions.make_profile import make_profile
from assistants.connections.auth_settings import AuthSettings, OAuthSettings
from assistants.connections.mcp_oauth.discovery import Discovery, discover
from assistants.connections.mcp_oauth.registration import Client, client_at
from assistants.connections.models import AuthProfile
from kernel.db import run_db
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async
from organisations.permissions import Permission, require


async def make_mcp_profile(
    *,
    actor: Actor,
    server_url: str,
    name: str,
    www_authenticate: str = "",
    owner: Literal["user", "organisation"] = "user",
    assistant_id: str = "",
    assistant_name: str = "",
    client_id: str = "",
    client_secret: str = "",
) -> AuthProfile:
    """Find out how an MCP server wants to be asked, become a client there, and keep both as a profile.

    Args:
        www_authenticate: the header of its 401 answer.
        client_id, client_secret: of a client that somebody registered by hand; by default we present ourselves.

    Raises:
        PermissionDenied: the actor may not build assistants.
        EgressRefused: an address that may not be called.
        HostForbidden: a policy does not allow one of the hosts.
        DiscoveryFailed: the server, or the one that guards it, says nothing or nothing safe.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    async with held_to_policies_async(actor.organisation.pk):
        found = await discover(server_url, www_authenticate)
        client = await client_at(actor, found, client_id=client_id, client_secret=client_secret)
    return await run_db(
        make_profile,
        actor=actor,
        settings=_settings(found, client, owner),
        server_url=server_url,
        name=name,
        assistant_id=assistant_id,
        assistant_name=assistant_name,
        # The server itself names who guards it, and the discovery has checked that both agree.
        confirmed=True,
    )


def _settings(found: Discovery, client: Client, owner: Literal["user", "organisation"]) -> AuthSettings:
    return AuthSettings(
        kind="oauth2",
        owner=owner,
        oauth=OAuthSettings(
            authorization_url=found.authorization_url,
            token_url=found.token_url,
            revocation_url=found.revocation_url,
            scopes=list(found.scopes),
            client_id=client.client_id,
            token_auth=client.token_auth,
            resource=found.resource,
            issuer=found.issuer,
            iss_expected=found.iss_expected,
            registration=client.registration,
        ),
        client_secret=SecretStr(client.secret) if client.secret else None,
    )
