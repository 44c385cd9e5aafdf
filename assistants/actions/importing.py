"""From what somebody gives for an action to what was read there, held to the organisation's policy."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from assistants.actions import signing
from assistants.actions.actions.set_profile import set_profile
from assistants.actions.actions.update_connector import present_reading
from assistants.actions.calling.connecting import NotConnected
from assistants.actions.fetching import (
    reading_of_mcp,
    reading_of_plugin,
    reading_of_url,
    reading_to_connect,
)
from assistants.actions.mcp.addresses import GivenServer, given_server
from assistants.actions.mcp.client import get_prompt
from assistants.actions.mcp.errors import Unauthorized
from assistants.actions.models import Action
from assistants.actions.queries import access_action
from assistants.actions.reading import Reading, reading_of_document, without_nul
from assistants.connections.auth_settings import AuthSettings, read_settings
from assistants.connections.credentials import credential_for
from assistants.connections.hosts import origin_of
from assistants.connections.mcp_oauth import make_mcp_profile
from assistants.connections.models import AuthProfile
from assistants.connections.queries import ref_of
from kernel.db import run_db
from kernel.ratelimit import Limit, take_async
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async
from organisations.permissions import Permission, require

READINGS = Limit(60, 600.0)  # of one caller: each may fetch from anywhere, and read 10 MB


@dataclass(frozen=True, slots=True)
class Given:
    """Where an outside API is described: exactly one of these.

    Attributes:
        document: an OpenAPI document as text, or as the object that it is. mcp_url: an MCP server's address, or the
            configuration of one as other programs keep it.
    """

    document: str | Mapping[str, Any] | None = None
    url: str = ""
    plugin_url: str = ""
    mcp_url: str | Mapping[str, Any] = ""

    @property
    def bytes(self) -> bytes:
        """The document's bytes."""
        if isinstance(self.document, str):
            return self.document.encode("utf-8", "replace")
        return orjson.dumps(self.document)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, and how its calls are to be signed.

    Attributes:
        profile: made on the way for an MCP server that wants OAuth; `add_action` takes it over.
    """

    reading: Reading
    auth: AuthSettings | None = None
    profile: AuthProfile | None = None


async def read_given(
    actor: Actor,
    assistant_id: str,
    given: Given,
    *,
    name: str = "",
    auth: AuthSettings | None = None,
) -> Imported:
    """Read what somebody gives, for a new action. Nothing that is read is run, and no server but the named ones is called.

    Raises:
        PermissionDenied: the actor may not build.
        StartsPrograms: an MCP server that would have to be started here.
        HostForbidden, EgressError, NotFetched, McpError: it cannot be fetched.
        DocumentError, InvalidInput: it cannot be taken, and why.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    await take_async(f"action-reading:{actor.caller}", READINGS)
    async with held_to_policies_async(actor.organisation.pk):
        if given.mcp_url:
            return await _of_server(actor, assistant_id, given_server(given.mcp_url), name, auth)
        return Imported(await _of_document(given, name), auth)


async def read_again(actor: Actor, action: Action, given: Given | None = None) -> Reading:
    """Read an action's API again, from what is given or else from where it came; an MCP server with the actor's connection.

    Raises: as `read_given`; NotConnected where the actor has to connect to an MCP server first.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    await take_async(f"action-reading:{actor.caller}", READINGS)
    async with held_to_policies_async(actor.organisation.pk):
        if action.kind == Action.Kind.MCP and (given is None or given.mcp_url):
            url = given_server(given.mcp_url).url if given else action.server_url
            return await _of_known_server(actor, action, url)
        if given is None and action.connector:
            return await run_db(connector_again, actor, action)
        if given is None:
            plugin = action.origin == Action.Origin.PLUGIN
            given = Given(plugin_url=action.source_url) if plugin else Given(url=action.source_url)
        return await _of_document(given, action.name)


async def starter_of(actor: Actor, action: Action, name: str) -> str:
    """The text of a prompt that an MCP server offers, as one line to begin a conversation with.

    Raises: as `read_again`; McpRefused where the server has no such prompt.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    await take_async(f"action-reading:{actor.caller}", READINGS)
    async with held_to_policies_async(actor.organisation.pk):
        headers = await headers_for(actor, action, action.server_url)
        prompt = await get_prompt(action.server_url, headers, name)
    return " ".join(without_nul(prompt.text).split())


async def headers_for(actor: Actor, action: Action, url: str) -> dict[str, str]:
    """The headers with which the actor's calls of an MCP server are signed; none for another server's address."""
    profile = signing.present_profile(action)
    if profile is None:
        return {}
    credential = await credential_for(ref_of(profile), actor)
    headers: dict[str, str] = {}
    if credential is not None and credential.origin == origin_of(url):
        credential.sign(headers, {})
    return headers


def connector_again(actor: Actor, action: Action) -> Reading:
    """An action of a connector as the catalogue has it now.

    Raises:
        NotFound: there is no such connector any more. ClientMissing: its organisation's client is gone.
    """
    with tenant_scope(actor.organisation):
        found = access_action(actor.organisation, action.assistant_id, action.public_id)
        document = found.revision.document if found.revision else ""
    return present_reading(actor, action, document)


async def _of_document(given: Given, name: str) -> Reading:
    if given.url:
        return await reading_of_url(given.url, name=name)
    if given.plugin_url:
        return await reading_of_plugin(given.plugin_url, name=name)
    data = await asyncio.to_thread(lambda: given.bytes)
    return await asyncio.to_thread(reading_of_document, data, name=name)


async def _of_server(
    actor: Actor, assistant_id: str, server: GivenServer, name: str, auth: AuthSettings | None
) -> Imported:
    name = name or server.name
    auth = auth or _from_headers(server.headers)
    headers: dict[str, str] = {}
    if credential := signing.given_credential(server.url, auth):
        credential.sign(headers, {})
    try:
        return Imported(await reading_of_mcp(server.url, headers, name=name), auth)
    except Unauthorized as refusal:
        if headers:
            raise
        reading = reading_to_connect(server.url, name=name)
        if auth is not None and auth.kind != "none":
            return Imported(reading, auth)
        return await _with_oauth(actor, assistant_id, reading, refusal)


async def _of_known_server(actor: Actor, action: Action, url: str) -> Reading:
    try:
        return await reading_of_mcp(url, await headers_for(actor, action, url), name=action.name)
    except Unauthorized as refusal:
        if url == action.server_url and signing.present_profile(action) is None:
            profile = await _oauth_profile(actor, action.assistant_id, url, action.name, refusal)
            action = await run_db(
                set_profile,
                actor=actor,
                assistant_id=action.assistant_id,
                action_id=action.public_id,
                profile=profile,
            )
        path = signing.connect_path(action) if url == action.server_url else ""
        if not path:
            raise
        raise NotConnected(service=action.name, address=settings.PUBLIC_URL + path) from None


async def _with_oauth(actor: Actor, assistant_id: str, reading: Reading, refusal: Unauthorized) -> Imported:
    profile = await _oauth_profile(actor, assistant_id, reading.server_url, reading.name, refusal)
    return Imported(reading, profile=profile)


async def _oauth_profile(
    actor: Actor, assistant_id: str, server_url: str, name: str, refusal: Unauthorized
) -> AuthProfile:
    return await make_mcp_profile(
        actor=actor,
        server_url=server_url,
        name=name,
        www_authenticate=refusal.www_authenticate,
        assistant_id=assistant_id,
        assistant_name=await run_db(signing.assistant_name, actor, assistant_id),
    )


def _from_headers(headers: Mapping[str, str]) -> AuthSettings | None:
    """A key that stands in a configuration, as a credential of the organisation; other headers are left out."""
    for name, value in headers.items():
        scheme, _space, token = value.partition(" ")
        if name.lower() == "authorization" and scheme.lower() == "bearer" and token.strip():
            return _key({"where": "bearer"}, token.strip())
    for name, value in headers.items():
        if name.lower() not in ("accept", "content-type", "user-agent"):
            return _key({"where": "header", "name": name}, value)
    return None


def _key(placement: dict[str, str], key: str) -> AuthSettings:
    return read_settings({"kind": "api_key", "owner": "organisation", "placement": placement, "key": key})
