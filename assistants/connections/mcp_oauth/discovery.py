"""Who guards an MCP server, and where people consent: RFC 9728, RFC 8414, OpenID Connect Discovery."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.connections.auth_settings import LONGEST_ADDRESS, MOST_SCOPES, SCOPE
from kernel.egress import EgressError, GuardedAsyncClient, check_url, guarded_async_client
from kernel.errors import DomainError

MOST_BYTES = 256 * 1024
LONGEST_NAME = 300  # characters of what a server and its guard call themselves
_PARAMETER = re.compile(r'([a-zA-Z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_RESOURCE = "/.well-known/oauth-protected-resource"


class DiscoveryFailed(DomainError):
    code = "oauth_discovery_failed"
    status = 502
    user_message = _(
        "%(host)s wants OAuth, but does not say how in a way that is safe to follow: %(reason)s."
    )


@dataclass(frozen=True, slots=True)
class Discovery:
    """A protected resource and the authorization server that it names."""

    resource: str
    issuer: str
    authorization_url: str
    token_url: str
    revocation_url: str
    registration_url: str
    scopes: tuple[str, ...]
    token_auth_methods: tuple[str, ...]
    iss_expected: bool
    metadata_documents: bool


async def discover(server_url: str, www_authenticate: str = "") -> Discovery:
    """Ask a server who guards it, and that authorization server how it works.

    Args:
        www_authenticate: the header of its 401 answer, where there was one.

    Raises:
        EgressRefused: an address that may not be called.
        DiscoveryFailed: it says nothing, or things that do not fit together.
    """
    check_url(server_url)
    said = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(www_authenticate)}
    async with guarded_async_client(timeout=10.0, total=15.0, max_bytes=MOST_BYTES) as client:
        resource = await _first(client, _resource_places(server_url, said.get("resource_metadata", "")))
        if resource is None:
            raise _failed(server_url, _("it publishes no description of itself (RFC 9728)"))
        name = _checked_resource(server_url, resource)
        servers = resource.get("authorization_servers")
        if not isinstance(servers, list) or not servers or not isinstance(servers[0], str):
            raise _failed(server_url, _("it names no authorization server"))
        issuer = servers[0]
        check_url(issuer)
        described = await _described(client, issuer)
    if described is None:
        raise _failed(server_url, _("its authorization server publishes no description of itself (RFC 8414)"))
    scopes = said.get("scope", "").split() or _words(resource.get("scopes_supported"))
    return _discovery(server_url, name, issuer, described, tuple(scopes))


async def discover_issuer(address: str) -> Discovery:
    """Ask an authorization server how it works, for an API that says nothing of itself.

    Args:
        address: the server's own name for itself (its issuer), with or without a slash at its end.

    Raises:
        EgressRefused: an address that may not be called.
        DiscoveryFailed: it says nothing, or things that do not fit together.
    """
    check_url(address)
    bare = address.rstrip("/")
    async with guarded_async_client(timeout=10.0, total=15.0, max_bytes=MOST_BYTES) as client:
        for issuer in (bare, f"{bare}/"):
            if described := await _described(client, issuer):
                scopes = tuple(_words(described.get("scopes_supported")))
                return _discovery(issuer, "", issuer, described, scopes)
    raise _failed(address, _("it publishes no description of itself (RFC 8414)"))


def _resource_places(server_url: str, named: str) -> list[str]:
    parts = urlsplit(server_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    # What the server names must be its own: another host may not answer in its stead.
    own = [named] if named and urlsplit(named)[:2] == parts[:2] else []
    path = parts.path.rstrip("/")
    return [*own, *([f"{origin}{_RESOURCE}{path}"] if path else []), f"{origin}{_RESOURCE}"]


def _issuer_places(issuer: str) -> list[str]:
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    names = ("oauth-authorization-server", "openid-configuration")
    inserted = [f"{origin}/.well-known/{name}{path}" for name in names]
    return [*inserted, f"{origin}{path}/.well-known/openid-configuration"] if path else inserted


async def _described(client: GuardedAsyncClient, issuer: str) -> dict[str, Any] | None:
    for place in _issuer_places(issuer):
        found = await _first(client, [place])
        # RFC 8414, section 3.3: a document that names another issuer must not be used.
        if found is not None and found.get("issuer") == issuer:
            return found
    return None


async def _first(client: GuardedAsyncClient, places: list[str]) -> dict[str, Any] | None:
    for place in places:
        try:
            answer = await client.get(place, headers={"Accept": "application/json"})
            document = orjson.loads(answer.content) if answer.status_code == 200 else None
        except (EgressError, ValueError):
            continue
        if isinstance(document, dict):
            return document
    return None


def _checked_resource(server_url: str, document: dict[str, Any]) -> str:
    """RFC 9728, section 3.3: a description is of this server, or of a path above it."""
    name = document.get("resource")
    if not isinstance(name, str):
        raise _failed(server_url, _("its description does not say what it is of"))
    mine, theirs = urlsplit(server_url), urlsplit(name)
    above = theirs.path.rstrip("/")
    within = mine.path.rstrip("/") == above or mine.path.startswith(f"{above}/")
    if (mine.scheme, mine.netloc.lower()) != (theirs.scheme, theirs.netloc.lower()) or not within:
        raise _failed(server_url, _("its description is of another server"))
    return name


def _discovery(
    server_url: str, resource: str, issuer: str, found: dict[str, Any], scopes: tuple[str, ...]
) -> Discovery:
    if "S256" not in _words(found.get("code_challenge_methods_supported")):
        raise _failed(server_url, _("its authorization server does not offer PKCE with S256"))
    if max(len(issuer), len(resource)) > LONGEST_NAME:
        raise _failed(server_url, _("one of the addresses that it names is too long"))
    addresses = {}
    for name in ("authorization", "token", "revocation", "registration"):
        url = found.get(f"{name}_endpoint") or ""
        if not isinstance(url, str) or (not url and name in ("authorization", "token")):
            raise _failed(server_url, _("its authorization server does not say where people consent"))
        if url:
            check_url(url)
        if len(url) > LONGEST_ADDRESS:
            raise _failed(server_url, _("one of the addresses that it names is too long"))
        addresses[f"{name}_url"] = url
    methods = _words(found.get("token_endpoint_auth_methods_supported")) or ["client_secret_basic"]
    return Discovery(
        resource=resource,
        issuer=issuer,
        scopes=tuple(scope for scope in scopes if SCOPE.fullmatch(scope))[:MOST_SCOPES],
        token_auth_methods=tuple(methods),
        iss_expected=found.get("authorization_response_iss_parameter_supported") is True,
        metadata_documents=found.get("client_id_metadata_document_supported") is True,
        **addresses,
    )


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _failed(server_url: str, reason: Any) -> DiscoveryFailed:
    return DiscoveryFailed(host=urlsplit(server_url).hostname or "", reason=str(reason))
