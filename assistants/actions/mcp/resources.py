"""The resources of an MCP server: listed and read (Model Context Protocol, server/resources)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistants.actions.mcp.client import CALL_SECONDS, OFFER_BYTES, OFFER_SECONDS, connect
from assistants.actions.mcp.errors import McpRefused

MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class McpResource:
    """What a server says of a resource. `modified` is its own word for when it changed last, where it has one."""

    uri: str
    name: str
    mime_type: str = ""
    size: int | None = None
    modified: str = ""
    description: str = ""


async def list_resources(
    server_url: str, headers: Mapping[str, str] | None = None, *, most: int
) -> list[McpResource]:
    """The first `most` resources in the server's order; none where it has no such thing. Raises what `connect` does."""
    # Anew: what a server can is only said with a full handshake.
    async with connect(
        server_url, headers, deadline=OFFER_SECONDS, max_bytes=8 * OFFER_BYTES, anew=True
    ) as server:
        if not server.client.server_capabilities.resources:
            return []
        return await _listed(server.client.session, most)


async def read_resource(
    server_url: str, headers: Mapping[str, str] | None, uri: str, *, most: int
) -> tuple[bytes, str]:
    """The bytes of a resource and what the server calls their kind; several texts are put one below the other.

    Args:
        most: bytes of the answer.

    Raises:
        McpRefused: there is none of this address, or it holds nothing. Else what `connect` does.
    """
    import mcp_types

    # What comes as Base64 in JSON is a third longer than its bytes.
    async with connect(
        server_url, headers, deadline=CALL_SECONDS, max_bytes=most * 3 // 2 + OFFER_BYTES
    ) as server:
        params = mcp_types.ReadResourceRequestParams(uri=uri)
        request = mcp_types.ReadResourceRequest(params=params)
        answer = await server.asked(request, mcp_types.ReadResourceResult)
        return _content(answer, server.host)


async def _listed(session: Any, most: int) -> list[McpResource]:
    import mcp_types

    found: list[McpResource] = []
    cursor: str | None = None
    for _page in range(MOST_PAGES):
        params = mcp_types.PaginatedRequestParams(cursor=cursor) if cursor else None
        page = await session.list_resources(params=params)
        found += [_resource(one) for one in page.resources]
        cursor = page.next_cursor
        if not cursor or len(found) > most:
            break
    return found[:most]


def _resource(one: Any) -> McpResource:
    modified = getattr(one.annotations, "last_modified", None) if one.annotations else None
    return McpResource(
        uri=str(one.uri),
        name=" ".join(str(one.title or one.name or one.uri).split())[:200],
        mime_type=(one.mime_type or "").partition(";")[0].strip().lower(),
        size=one.size,
        modified=str(modified or ""),
        description=" ".join(str(one.description or "").split())[:200],
    )


def _content(answer: Any, host: str) -> tuple[bytes, str]:
    texts, kind = [], ""
    for one in answer.contents:
        kind = kind or (one.mime_type or "").partition(";")[0].strip().lower()
        blob = getattr(one, "blob", None)
        if blob is None:
            texts.append(str(getattr(one, "text", "")))
            continue
        try:
            return base64.b64decode(blob, validate=True), kind
        except (binascii.Error, ValueError):
            raise McpRefused(host=host, reason="Base64", number=0) from None
    if not texts:
        raise McpRefused(host=host, reason="empty", number=0)
    return "\n\n".join(texts).encode(), kind or "text/plain"
