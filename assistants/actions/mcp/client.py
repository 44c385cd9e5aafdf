"""Speaking with an MCP server over streamable HTTP: by the official SDK, over the guarded client and by nothing else.

Protocol: Model Context Protocol 2026-07-28 (stateless, `server/discover`), and for older servers the `initialize`
handshake with a session, which is closed again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import structlog
from pydantic import TypeAdapter, ValidationError

from assistants.actions.mcp import eras
from assistants.actions.mcp.errors import (
    McpError,
    McpNeedsInput,
    McpNonsense,
    McpOfferTooLarge,
    McpRefused,
    McpTimeout,
)
from assistants.actions.mcp.offer import ServerOffer, prompt_of, tools_of
from assistants.actions.mcp.results import McpResult, PromptText, prompt_text, result_of
from assistants.actions.mcp.wire import LEAVE_SECONDS, Wire
from kernel.egress import EgressTooLarge, guarded_async_client
from kernel.errors import DomainError

MEGABYTE = 1024 * 1024
CALL_SECONDS, OFFER_SECONDS = 45.0, 20.0
CALL_BYTES, OFFER_BYTES = 16 * MEGABYTE, MEGABYTE
MOST_TOOLS, MOST_PROMPTS, MOST_PAGES = 500, 100, 50
MOST_ROUNDS, ROUND_SECONDS = 8, 0.25  # that a call may take which the server does not finish at once
_loaded = False
# Their lines hold what servers said, and the ids of sessions.
for _name in ("mcp.client", "mcp.shared", "client"):  # the last is what the SDK calls its session
    logging.getLogger(_name).setLevel(logging.CRITICAL)
logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class McpServer:
    """A server that is being spoken with: one connection and one handshake for all its calls."""

    url: str
    host: str
    wire: Wire
    client: Any

    async def offer(self) -> ServerOffer:
        """Everything that it offers.

        Raises:
            McpOfferTooLarge: more than `MOST_TOOLS` tools, or more pages than make sense.
        """
        found, capabilities = self.client.server_info, self.client.server_capabilities
        tools = await self._all("tools", MOST_TOOLS) if capabilities.tools else []
        prompts = await self._all("prompts", MOST_PROMPTS) if capabilities.prompts else []
        named = (found.title or found.name) if found else ""
        return ServerOffer(
            name=_line(named, 200) or self.host,
            version=_line(found.version if found else "", 60),
            instructions=(self.client.instructions or "")[:8000],
            protocol=self.client.protocol_version,
            tools=tools_of(tools),
            prompts=tuple(prompt_of(prompt) for prompt in prompts),
        )

    async def call(self, name: str, arguments: Mapping[str, Any]) -> McpResult:
        """Call a tool; that it failed is part of the result.

        Raises:
            McpRefused: the server knows no such tool, or does not take the arguments.
            McpNeedsInput: it asks back.
        """
        import mcp_types

        # Not the SDK's `call_tool`: it lists all tools after a call, and holds what came against a schema of the server's
        # with patterns that nobody has bounded.
        request = mcp_types.CallToolRequest(
            params=mcp_types.CallToolRequestParams(name=name, arguments=dict(arguments))
        )
        answer = await self.asked(request, mcp_types.CallToolResult)
        return result_of(answer)

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> PromptText:
        """A prompt, filled in.

        Raises:
            McpRefused: there is none of this name, or an argument is missing.
        """
        import mcp_types

        request = mcp_types.GetPromptRequest(
            params=mcp_types.GetPromptRequestParams(name=name, arguments=dict(arguments) or None)
        )
        return prompt_text(await self.asked(request, mcp_types.GetPromptResult))

    async def asked(self, request: Any, kind: Any) -> Any:
        """What the server answers to one request, asked again as long as it has not finished.

        Raises:
            McpNeedsInput: it asks back.
        """
        import mcp_types
        from mcp.shared.exceptions import MCPError

        adapter: Any = TypeAdapter(kind | mcp_types.InputRequiredResult)
        session = self.client.session
        for attempt in range(MOST_ROUNDS):
            try:
                answer = await session.send_request(request, adapter)
            except MCPError as error:
                if error.code != mcp_types.HEADER_MISMATCH or attempt:
                    raise
                # It wants arguments repeated in headers, which only its own list of tools says; nothing was done yet.
                await self._all("tools", MOST_TOOLS)
                continue
            if not isinstance(answer, mcp_types.InputRequiredResult):
                return answer
            if answer.input_requests:
                break
            # It has not finished, and wants to be asked again with what it hands out.
            request.params.request_state = answer.request_state
            await asyncio.sleep(ROUND_SECONDS)
        raise McpNeedsInput(host=self.host)

    async def _all(self, what: str, most: int) -> list[Any]:
        """Every page of a list."""
        import mcp_types

        ask = getattr(self.client.session, f"list_{what}")
        found: list[Any] = []
        cursor: str | None = None
        for _page in range(MOST_PAGES):
            page = await ask(params=mcp_types.PaginatedRequestParams(cursor=cursor) if cursor else None)
            found += getattr(page, what)
            if len(found) > most:
                break
            cursor = page.next_cursor
            if not cursor:
                return found
        raise McpOfferTooLarge(host=self.host, tools=MOST_TOOLS)


@asynccontextmanager
async def connect(
    server_url: str,
    headers: Mapping[str, str] | None = None,
    *,
    deadline: float = CALL_SECONDS,
    max_bytes: int = CALL_BYTES,
    anew: bool = False,
) -> AsyncIterator[McpServer]:
    """Speak with a server; leaving closes the connection, and the session where there is one.

    Args:
        server_url: the endpoint; see `assistants.actions.mcp.addresses`.
        headers: credentials. They go to exactly this address; a redirect is an error.
        deadline: seconds for everything inside. max_bytes: of all answers together.
        anew: ask which protocol it speaks and what it can, whatever is remembered of it; `McpServer.offer` needs that.

    Raises:
        EgressError: it cannot be reached, or sent too much.
        McpError: see `assistants.actions.mcp.errors`.
    """
    host = urlsplit(server_url).hostname or ""
    wire = Wire(server_url, host, max_bytes=max_bytes)
    try:
        mode = "auto" if anew else eras.known(server_url)
        async with asyncio.timeout(deadline), _client(wire, mode, headers, deadline, max_bytes) as client:
            eras.remember(server_url, client.protocol_version)
            yield McpServer(server_url, host, wire, client)
    except TimeoutError:
        raise McpTimeout(host=host, seconds=round(deadline)) from None
    except asyncio.CancelledError:
        raise
    except (Exception, BaseExceptionGroup) as error:
        raise _in_words(error, wire) from error


@asynccontextmanager
async def _client(
    wire: Wire, mode: str, headers: Mapping[str, str] | None, seconds: float, max_bytes: int
) -> AsyncIterator[Any]:
    await _load()
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp_types import Implementation

    end = (
        seconds + LEAVE_SECONDS
    )  # the deadline is kept around all of it; a session has yet to be closed after it
    hooks = {"request": [wire.asking], "response": [wire.answered]}
    async with guarded_async_client(
        timeout=end, total=end, max_bytes=max_bytes, headers=dict(headers or {}), event_hooks=hooks
    ) as http:
        wire.address = str(http.build_request("POST", wire.url).url)
        transport = streamable_http_client(wire.url, http_client=http, max_sse_event_size=max_bytes)
        who = Implementation(name="Bottega", version="1")
        async with Client(transport, mode=mode, cache=None, client_info=who) as client:
            yield client


async def _load() -> None:
    """Load the SDK on the first call: that takes a second or two, for which the event loop must not stand still."""
    global _loaded
    if not _loaded:
        await asyncio.to_thread(import_module, "mcp.client.client")
        _loaded = True


async def list_tools(
    server_url: str, headers: Mapping[str, str] | None = None, *, deadline: float = OFFER_SECONDS
) -> ServerOffer:
    """What a server offers: at most 500 tools and 100 prompts, 1 MB together. Raises what `connect` does."""
    try:
        async with connect(
            server_url, headers, deadline=deadline, max_bytes=OFFER_BYTES, anew=True
        ) as server:
            return await server.offer()
    except EgressTooLarge as error:
        raise McpOfferTooLarge(host=error.context["host"], tools=MOST_TOOLS) from None


async def call_tool(
    server_url: str,
    headers: Mapping[str, str] | None,
    name: str,
    arguments: Mapping[str, Any],
    *,
    deadline: float = CALL_SECONDS,
    max_bytes: int = CALL_BYTES,
) -> McpResult:
    """Call one tool of a server. `name` is the server's own. Raises what `connect` and `McpServer.call` do."""
    async with connect(server_url, headers, deadline=deadline, max_bytes=max_bytes) as server:
        return await server.call(name, arguments)


async def get_prompt(
    server_url: str,
    headers: Mapping[str, str] | None,
    name: str,
    arguments: Mapping[str, str] | None = None,
    *,
    deadline: float = OFFER_SECONDS,
) -> PromptText:
    """A server's prompt as text. Raises what `connect` and `McpServer.prompt` do."""
    async with connect(server_url, headers, deadline=deadline, max_bytes=OFFER_BYTES) as server:
        return await server.prompt(name, arguments or {})


def _in_words(error: BaseException, wire: Wire) -> BaseException:
    """What went wrong, out of the groups that the SDK's tasks wrap it in."""
    from mcp.shared.exceptions import MCPError

    if wire.failure is not None:
        return wire.failure
    causes = list(_leaves(error))
    for kind in (DomainError, MCPError, TimeoutError, ValidationError):
        found = next((cause for cause in causes if isinstance(cause, kind)), None)
        if isinstance(found, DomainError):
            return found
        if isinstance(found, MCPError):
            return _refusal(found, wire)
        if found is not None:
            return McpNonsense(host=wire.host)
    if any(not isinstance(cause, Exception) for cause in causes):
        return error  # the process is being ended
    logger.warning("mcp_failed", host=wire.host, causes=[type(cause).__name__ for cause in causes])
    return McpNonsense(host=wire.host)


def _refusal(error: Any, wire: Wire) -> DomainError:
    import mcp_types

    eras.forget(wire.url)  # it may have been renewed since
    if error.code in (mcp_types.CONNECTION_CLOSED, mcp_types.PARSE_ERROR) or wire.status in (404, 405):
        return McpNonsense(host=wire.host)
    if wire.status >= 500:
        return McpError(host=wire.host)
    return McpRefused(host=wire.host, reason=error.message, number=error.code)


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _line(text: Any, most: int) -> str:
    return " ".join(str(text or "").split())[:most]
