"""Who we are at an authorization server: client-id metadata documents, clients registered by hand, RFC 7591."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.connections.actions.begin_consent import GENERAL_CALLBACK
from assistants.connections.actions.keep_client import keep_client
from assistants.connections.auth_settings import LONGEST_SECRET
from assistants.connections.mcp_oauth.discovery import Discovery, DiscoveryFailed
from assistants.connections.models import OAuthClient
from assistants.connections.sealing import unseal
from kernel.db import run_db
from kernel.egress import EgressError, guarded_async_client
from kernel.tenancy import tenant_scope
from organisations.actors import Actor

NAME = "Bottega"
LONGEST_ID = 300  # characters of a client id
TokenAuth = Literal["basic", "post", "none"]
_OURS: dict[str, TokenAuth] = {
    "none": "none",
    "client_secret_basic": "basic",
    "client_secret_post": "post",
}


@dataclass(frozen=True, slots=True)
class Client:
    """What we are known as there, and how."""

    client_id: str
    secret: str = field(repr=False)
    token_auth: TokenAuth
    registration: Literal["pre_registered", "metadata_document", "dynamic"]


def metadata_url() -> str:
    """The stable address of our client-id metadata document."""
    return f"{settings.PUBLIC_URL}{reverse('connections:client_document')}"


def callback() -> str:
    """Where such servers lead back to."""
    return f"{settings.PUBLIC_URL}{GENERAL_CALLBACK}"


def client_metadata() -> dict[str, Any]:
    """What we say of ourselves (RFC 7591, section 2)."""
    return {
        "client_name": NAME,
        "client_uri": settings.PUBLIC_URL,
        "redirect_uris": [callback()],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


async def client_at(
    actor: Actor, found: Discovery, *, client_id: str = "", client_secret: str = ""
) -> Client:
    """Who we are at an authorization server, in the order that MCP asks for: our metadata document where it takes those,
    else the client that somebody registered by hand, else one that we register, and keep for the organisation.

    Raises:
        DiscoveryFailed: none of them works there.
    """
    # The server has to be able to fetch the document, which it would not do from a laptop.
    if found.metadata_documents and not client_id and settings.PUBLIC_URL.startswith("https://"):
        return Client(metadata_url(), "", "none", "metadata_document")
    if client_id:
        offered = [_OURS[name] for name in found.token_auth_methods if name in _OURS and name != "none"]
        auth: TokenAuth = (offered or ["basic"])[0] if client_secret else "none"
        return Client(client_id, client_secret, auth, "pre_registered")
    if known := await run_db(_known, actor, found.issuer):
        return known
    if not found.registration_url:
        raise _failed(
            found,
            _("it does not register new clients; register Bottega there by hand and give the client id"),
        )
    return await _register(actor, found)


def _known(actor: Actor, issuer: str) -> Client | None:
    with tenant_scope(actor.organisation):
        rows = OAuthClient.objects.for_organisation(actor.organisation)
        row: OAuthClient | None = rows.filter(issuer=issuer, redirect_uri=callback()).first()
    if row is None or (row.expires_at is not None and row.expires_at < timezone.now()):
        return None
    secret = unseal(row, row.client_secret_encrypted).get("client_secret", "")
    return Client(row.client_id, secret, _auth(row.token_auth), "dynamic")


def _auth(name: str) -> TokenAuth:
    return next((auth for auth in _OURS.values() if auth == name), "none")


async def _register(actor: Actor, found: Discovery) -> Client:
    methods = [name for name in ("none", *_OURS) if name in found.token_auth_methods]
    wanted = client_metadata() | {"token_endpoint_auth_method": (methods or ["client_secret_basic"])[0]}
    if found.scopes:
        wanted["scope"] = " ".join(found.scopes)
    try:
        async with guarded_async_client(timeout=15.0, total=15.0, max_bytes=256 * 1024) as client:
            answer = await client.post(
                found.registration_url,
                content=orjson.dumps(wanted),
                headers={"Content-Type": "application/json"},
            )
        said = orjson.loads(answer.content) if answer.status_code in (200, 201) else {}
    except (EgressError, ValueError):
        said = {}
    client_id = said.get("client_id") if isinstance(said, dict) else None
    if not isinstance(client_id, str) or not (0 < len(client_id) <= LONGEST_ID and client_id.isprintable()):
        raise _failed(found, _("it did not register Bottega as a client"))
    auth = _OURS.get(
        str(said.get("token_endpoint_auth_method", wanted["token_endpoint_auth_method"])), "none"
    )
    secret = str(said.get("client_secret") or "") if auth != "none" else ""
    if len(secret) > LONGEST_SECRET:
        raise _failed(found, _("the secret that it gave is longer than any"))
    made = Client(client_id, secret, auth, "dynamic")
    ends = said.get("client_secret_expires_at")
    expires = (
        datetime.fromtimestamp(ends, UTC) if secret and isinstance(ends, int) and 0 < ends < 2**33 else None
    )
    await run_db(
        keep_client,
        actor=actor,
        issuer=found.issuer,
        client_id=client_id,
        secret=secret,
        token_auth=auth,
        redirect_uri=callback(),
        expires_at=expires,
    )
    return made


def _failed(found: Discovery, reason: str) -> DiscoveryFailed:
    return DiscoveryFailed(host=urlsplit(found.issuer).hostname or "", reason=reason)
