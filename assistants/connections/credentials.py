"""The credential that signs a call: found, renewed where it ran out, and put in its place."""

import asyncio
import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from assistants.connections.actions.renew_connection import (
    LEASE_SECONDS,
    break_connection,
    claim_renewal,
    keep_renewed,
    release_renewal,
)
from assistants.connections.actions.touch_connection import touch_connection
from assistants.connections.actions.use_client_credentials import make_client_connection
from assistants.connections.auth_settings import AuthSettings, Placement, stored_settings
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.oauth.errors import ConnectionBroken, TokenRefused, TokenUnavailable
from assistants.connections.oauth.scopes import missing_scopes
from assistants.connections.oauth.tokens import Tokens, ask_tokens
from assistants.connections.queries import connection_for, is_member, look_up
from assistants.connections.refs import ProfileRef
from assistants.connections.sealing import unseal
from kernel.db import run_db
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async

EARLY = timedelta(seconds=60)  # renewed before it runs out, so that no call is on its way when it does
TOUCHED_EVERY = timedelta(seconds=60)
LOOK_EVERY = 0.1  # seconds, while another process renews
SHORTEST_HIDDEN, LONG_PIECE = 6, 12  # characters
_BEARER = Placement()


@dataclass(frozen=True, slots=True)
class Credential:
    """What signs calls to one origin, and no other. Its text shows no secret.

    Attributes:
        origin: scheme, host and port that it may be sent to, as `https://host`.
        connection_id: whose it is; empty where calls are not signed.
    """

    connection_id: str
    origin: str
    placement: Placement = _BEARER
    secret: dict[str, str] = field(default_factory=dict, repr=False)

    def sign(self, headers: dict[str, str], params: dict[str, str]) -> None:
        """Put the credential where it belongs: into a call's headers or its query parameters."""
        if not self.secret:
            return
        token = self.secret.get("access_token") or self.secret.get("key", "")
        match self.placement.where:
            case "query":
                params[self.placement.name] = token
            case "header":
                _put(headers, self.placement.name, token)
            case "basic":
                pair = f"{self.secret.get('username', '')}:{self.secret.get('password', '')}"
                _put(headers, "Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
            case "bearer":
                _put(headers, "Authorization", f"Bearer {token}")

    def addressed(self, url: str) -> str:
        """Where a call goes: to the address itself, where that is the credential."""
        return self.secret.get("key", url) if self.placement.where == "address" else url

    @property
    def hidden(self) -> list[str]:
        """What must not be shown where a service says it back, longest first; of an address also those of its parts that a
        key could be.
        """
        found = [str(value) for value in self.secret.values()]
        if self.placement.where == "address":
            parts = urlsplit(self.secret.get("key", ""))
            pieces = re.split(r"[/?&=]", f"{parts.path}?{parts.query}")
            found += [parts.path, *(piece for piece in pieces if len(piece) >= LONG_PIECE)]
        return sorted((text for text in found if len(text) >= SHORTEST_HIDDEN), key=len, reverse=True)


def _put(headers: dict[str, str], name: str, value: str) -> None:
    for present in [key for key in headers if key.lower() == name.lower()]:
        del headers[present]
    headers[name] = value


@dataclass(frozen=True, slots=True)
class _Found:
    profile: AuthProfile
    settings: AuthSettings
    connection: Connection | None
    secret: dict[str, Any] = field(default_factory=dict, repr=False)
    client_secret: str = field(default="", repr=False)


async def credential_for(profile_ref: ProfileRef, actor: Actor) -> Credential | None:
    """The credential with which the actor's calls of an action are signed; one that ran out is renewed first.

    One process renews at a time, and the others take what it got. Nothing is held while a service is asked.

    Returns:
        None where somebody has to connect first, or again, because what they agreed to has changed.

    Raises:
        NotFound: the profile is gone.
        ConnectionBroken: the service no longer accepts the credential.
        TokenUnavailable: the service did not answer when the credential had to be renewed.
        HostForbidden: a policy does not allow calls to the service's token endpoint.
    """
    return await _good_credential(profile_ref, actor, "")


async def renewed_credential(profile_ref: ProfileRef, actor: Actor, refused: Credential) -> Credential | None:
    """Another credential in the place of one that the API has just refused, by OAuth's renewal.

    Returns:
        None where there is nothing to renew: no OAuth, or another connection by now.

    Raises: as `credential_for`; ConnectionBroken where the service gives no other one either.
    """
    found = await run_db(_find, profile_ref, actor)
    if found is None or found.connection is None or found.settings.oauth is None:
        return None
    if found.connection.public_id != refused.connection_id:
        return None
    return await _good_credential(profile_ref, actor, refused.secret.get("access_token", ""))


async def _good_credential(profile_ref: ProfileRef, actor: Actor, refused: str) -> Credential | None:
    patience = asyncio.get_running_loop().time() + LEASE_SECONDS + 5
    began_with: int | None = None
    while True:
        found = await run_db(_find, profile_ref, actor)
        if found is None:
            return None
        if found.connection is None:
            return Credential("", found.profile.origin)
        began_with = found.connection.version if began_with is None else began_with
        # What was renewed since we began is taken as it is: some services' tokens last for seconds only.
        bad = _ran_out(found) or (refused and found.secret.get("access_token") == refused)
        if found.connection.version != began_with or not bad:
            await _note_use(found.connection, actor)
            return _credential(found)
        lease = secrets.token_hex(8)
        if await run_db(claim_renewal, connection=found.connection, lease=lease):
            async with held_to_policies_async(actor.organisation.pk, profile_ref.organisation_id):
                await _renew(found, lease)
        elif asyncio.get_running_loop().time() > patience:
            raise TokenUnavailable(host=found.profile.host)
        else:
            await asyncio.sleep(LOOK_EVERY)


def is_connected(profile_ref: ProfileRef, actor: Actor) -> bool:
    """Whether the actor's calls of an action can be signed, as far as we know without asking its service.

    Raises:
        NotFound: the profile is gone.
    """
    return _find(profile_ref, actor) is not None


def _find(ref: ProfileRef, actor: Actor) -> _Found | None:
    profile = look_up(ref)
    settings = stored_settings(profile.document)
    if settings.kind == "none":
        return _Found(profile, settings, None)
    mine = profile.owner == AuthProfile.Owner.USER
    organisation = actor.organisation if mine else profile.organisation
    with tenant_scope(organisation):
        # Asked each time: whoever was removed is refused with the next call, whatever is cached elsewhere.
        if mine and not is_member(actor.organisation, actor.user):
            return None
        connection = connection_for(profile, organisation, actor.user_id if mine else None)
    if connection is None and settings.oauth and settings.oauth.grant == "client_credentials":
        connection = make_client_connection(profile=profile)
    if connection is None or connection.consent != profile.consent:
        return None
    if connection.state == Connection.State.BROKEN and not mine:
        raise ConnectionBroken(host=connection.host)
    if connection.state != Connection.State.ACTIVE:
        return None
    secret = unseal(connection, connection.secret_encrypted)
    client = unseal(profile, profile.client_secret_encrypted)
    return _Found(profile, settings, connection, secret, client.get("client_secret", ""))


def _ran_out(found: _Found) -> bool:
    connection = found.connection
    if connection is None or found.settings.oauth is None:
        return False
    if not found.secret:
        return True
    return connection.expires_at is not None and connection.expires_at < timezone.now() + EARLY


def _credential(found: _Found) -> Credential:
    assert found.connection is not None
    placement = found.settings.placement if found.settings.kind == "api_key" else _BEARER
    return Credential(found.connection.public_id, found.connection.origin, placement, found.secret)


async def _renew(found: _Found, lease: str) -> None:
    connection, oauth = found.connection, found.settings.oauth
    assert connection is not None
    assert oauth is not None
    try:
        tokens = await _ask(found)
    except TokenRefused as refused:
        await run_db(
            break_connection, connection=connection, lease=lease, failure=str(refused.context["reason"])
        )
        raise ConnectionBroken(host=connection.host) from None
    except BaseException:
        await run_db(release_renewal, connection=connection, lease=lease)
        raise
    narrower = tokens.scopes is not None and bool(missing_scopes(connection.scopes, tokens.scopes))
    await run_db(keep_renewed, connection=connection, lease=lease, tokens=tokens, narrower=narrower)


async def _ask(found: _Found) -> Tokens:
    oauth = found.settings.oauth
    assert oauth is not None
    if oauth.grant == "client_credentials":
        wanted = {"scope": " ".join(oauth.scopes)} if oauth.scopes else {}
        return await ask_tokens(oauth, found.client_secret, "client_credentials", **wanted)
    token = found.secret.get("refresh_token")
    if not token:
        raise TokenRefused(host=found.profile.host, reason="expired")
    return await ask_tokens(oauth, found.client_secret, "refresh_token", refresh_token=token)


async def _note_use(connection: Connection, actor: Actor) -> None:
    last = connection.last_used_at
    if last is None or last < timezone.now() - TOUCHED_EVERY:
        await run_db(touch_connection, connection=connection, user=actor)
