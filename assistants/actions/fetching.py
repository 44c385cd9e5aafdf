"""Outside APIs read from where they are: documents, plugins' manifests, MCP servers. No database; everything through the guard.

Whoever calls holds the calls to the organisation's policy: see `organisations.host_policy`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.actions.mcp.client import list_tools
from assistants.actions.mcp.offer import ServerOffer
from assistants.actions.mcp.operations import offer_findings, offered_operations
from assistants.actions.models import Action
from assistants.actions.openapi.documents import Finding
from assistants.actions.openapi.plugins import is_plugin, read_plugin
from assistants.actions.reading import MOST_BYTES, Reading, reading_of_document, without_nul
from kernel.egress import check_url, guarded_async_client
from kernel.errors import DomainError, InvalidInput

SECONDS = 30.0
MOST_MANIFEST = 256 * 1024
ACCEPT = "application/json, application/yaml, text/yaml, */*;q=0.5"
NEEDS_CONNECTING = "needs_connecting"


class NotFetched(DomainError):
    code = "document_not_fetched"
    user_message = _(
        "%(host)s answered with %(status)s, so there is nothing to read. Check that the address opens without signing in."
    )


async def reading_of_url(url: str, *, name: str = "") -> Reading:
    """Fetch and read an OpenAPI document; a plugin's manifest at the address is followed to its document.

    Raises:
        EgressError: it cannot be reached, or sent too much. HostForbidden: a policy is against it.
        NotFetched: it answers with something else than a document.
        DocumentError, InvalidInput: it cannot be taken, and why.
    """
    data, final = await _fetched(url, MOST_BYTES)
    if await asyncio.to_thread(is_plugin, data):
        return await _of_manifest(data, final, name)
    return await asyncio.to_thread(
        reading_of_document, data, name=name, base_url=final, origin=Action.Origin.URL
    )


async def reading_of_plugin(url: str, *, name: str = "") -> Reading:
    """Fetch a plugin's manifest (`ai-plugin.json`, or the site that has it at its well-known place) and its document.

    Raises: as `reading_of_url`.
    """
    if urlsplit(url).path in ("", "/"):
        url = f"{url.rstrip('/')}/.well-known/ai-plugin.json"
    data, final = await _fetched(url, MOST_MANIFEST)
    return await _of_manifest(data, final, name)


async def reading_of_mcp(url: str, headers: Mapping[str, str] | None = None, *, name: str = "") -> Reading:
    """Ask an MCP server what it offers.

    Args:
        url: from `assistants.actions.mcp.addresses`. headers: a credential.

    Raises:
        EgressError, McpError: it cannot be spoken with; `Unauthorized` where it wants a sign-in.
    """
    return reading_of_offer(await list_tools(url, headers), url, name=name)


def reading_of_offer(offer: ServerOffer, url: str, *, name: str = "") -> Reading:
    """What a server offered."""
    return Reading(
        kind=Action.Kind.MCP,
        origin=Action.Origin.MCP,
        name=(name or offer.name)[:120],
        description=offer.instructions,
        server_url=url,
        source_url=url,
        document=_text(offer.document()),
        operations=offered_operations(offer),
        findings=offer_findings(offer),
        prompts=tuple(
            {"name": one.name, "title": one.title, "description": one.description} for one in offer.starters
        ),
    )


def reading_to_connect(url: str, *, name: str = "") -> Reading:
    """An MCP server that says what it offers only to who has signed in: nothing yet."""
    host = urlsplit(url).hostname or url
    sentence = _("%(host)s shows its tools only to who is connected. Connect, then look again.")
    return Reading(
        kind=Action.Kind.MCP,
        origin=Action.Origin.MCP,
        name=(name or host)[:120],
        description="",
        server_url=url,
        source_url=url,
        document=_text(ServerOffer("", "", "", "").document()),
        operations=(),
        findings=(Finding(NEEDS_CONNECTING, str(sentence) % {"host": host}),),
    )


async def _of_manifest(data: bytes, final: str, name: str) -> Reading:
    plugin = read_plugin(data)
    document, base = await _fetched(plugin.api_url, MOST_BYTES)
    reading = await asyncio.to_thread(
        reading_of_document,
        document,
        name=name or plugin.name_for_human or plugin.name_for_model,
        base_url=base,
        origin=Action.Origin.PLUGIN,
    )
    return replace(
        reading,
        description=plugin.description_for_human or plugin.description_for_model or reading.description,
        source_url=final,
        privacy_policy_url=_web_address(plugin.legal_info_url),
        auth=plugin.auth or reading.auth,
        findings=(*plugin.warnings, *reading.findings),
    )


def _web_address(url: str) -> str:
    return url[:2000] if url.startswith(("https://", "http://")) else ""


async def _fetched(url: str, most: int) -> tuple[bytes, str]:
    """The bytes behind an address, and where redirects led."""
    if len(url) > 2000:
        raise InvalidInput.on("url", "too_long", _("Use at most 2,000 characters."))
    check_url(url)
    async with guarded_async_client(timeout=SECONDS, total=SECONDS, max_bytes=most) as client:
        answer = await client.get(url, headers={"Accept": ACCEPT})
    final = str(answer.url)
    if answer.status_code != 200:
        raise NotFetched(host=urlsplit(final).hostname or "", status=answer.status_code)
    return answer.content, final


def _text(value: Any) -> str:
    return orjson.dumps(without_nul(value), option=orjson.OPT_INDENT_2).decode()
