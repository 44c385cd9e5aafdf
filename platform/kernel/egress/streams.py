"""A lean way to post something and read the answer as it comes, for streams of many small pieces.

httpx2 spends some 60 microseconds on each piece that arrives, more than everything else a token costs. Here a piece
costs a C parser's callback and one wake-up; limits are watched by one timer a call, not one a piece. Addresses are
checked by the same guard.
"""

import asyncio
import math
import ssl
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import httpx2

from kernel.egress.clients import MEGABYTE, default_ssl_context
from kernel.egress.connection import Connection
from kernel.egress.deadline import ends_at
from kernel.egress.errors import EgressInterrupted, EgressRefused
from kernel.egress.permits import check_permitted
from kernel.egress.resolving import resolve_async
from kernel.egress.targets import Target, check_target

ADDRESSES_TRIED = 3
IDLE_SECONDS = 15.0
IDLE_CONNECTIONS = 64
LAST_BYTES_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What one call may take: seconds to connect, to the first byte, between two pieces, in all; bytes in all."""

    connect: float = 10.0
    first_byte: float = 60.0
    between: float = 60.0
    total: float = 600.0
    max_bytes: int = 64 * MEGABYTE


class StreamResponse:
    """An answer whose head has arrived. Read it to its end, or close it."""

    def __init__(self, connection: Connection, client: "StreamClient", target: Target) -> None:
        self._connection, self._client, self._target = connection, client, target
        self._lingering = self._released = False
        self.status = connection.status
        self.headers: Mapping[str, str] = connection.headers
        # Everything that arrived since the last read, or empty bytes at the end. Raises EgressError where a limit
        # was reached or the connection broke off. The connection's own method: it is awaited once a token.
        self.read: Callable[[], Awaitable[bytes]] = connection.read

    async def read_all(self) -> bytes:
        """The rest of the body."""
        pieces = []
        while piece := await self.read():
            pieces.append(piece)
        self.close()
        return b"".join(pieces)

    def close(self) -> None:
        """Give the connection back, or cut it where the answer has not come to its end."""
        if not self._lingering:
            self._release()

    def close_soon(self) -> None:
        """Close once the last bytes are in, which the reader does not need: so that the connection can be kept."""
        if self._connection.complete:
            self._release()
        else:
            self._lingering = True
            self._connection.when_over(self._release)
            asyncio.get_running_loop().call_later(LAST_BYTES_SECONDS, self._release)

    def _release(self) -> None:
        if not self._released:
            self._released = True
            self._client.release(self._connection, self._target)


class StreamClient:
    """Connections to the outside that belong to one event loop, kept open between calls."""

    def __init__(
        self,
        *,
        operator_hosts: bool = False,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._operator_hosts, self._ssl_context = operator_hosts, ssl_context
        self._idle: defaultdict[Target, list[Connection]] = defaultdict(list)

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, limits: StreamLimits | None = None
    ) -> StreamResponse:
        """Send `body` and wait for the head of the answer. No redirect is followed.

        Raises:
            EgressRefused: nobody there, or not allowed.
            EgressTimeout, EgressInterrupted, EgressTooLarge: as everywhere.
        """
        limits = limits or StreamLimits()
        address = _address(url)
        target = check_target(
            address.scheme,
            address.raw_host.decode("ascii"),
            address.port,
            operator_hosts=self._operator_hosts,
        )
        if address.userinfo:
            raise EgressRefused(host=target.host, reason="a user name in the address")
        check_permitted(target.host)
        head = _head(address, headers, len(body))
        while (kept := self._kept(target)) is not None:
            try:
                await kept.exchange(head, body, _before_the_end(limits))
                return StreamResponse(kept, self, target)
            except EgressInterrupted:
                if kept.received:
                    raise
                # The other side had closed it while it was idle and has not seen the call: use another one.
        connection = await self._connect(target, _before_the_end(limits).connect)
        await connection.exchange(head, body, _before_the_end(limits))
        return StreamResponse(connection, self, target)

    def release(self, connection: Connection, target: Target) -> None:
        """Keep a connection whose answer is complete for the next call; close any other."""
        if connection.finish() and len(self._idle[target]) < IDLE_CONNECTIONS:
            connection.close_after(IDLE_SECONDS)
            self._idle[target].append(connection)
        else:
            connection.abort()

    def close(self) -> None:
        """Close the idle connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.abort()
        self._idle.clear()

    def _kept(self, target: Target) -> Connection | None:
        idle = self._idle[target]
        while idle:
            if (connection := idle.pop()).reusable:
                return connection
        return None

    async def _connect(self, target: Target, seconds: float) -> Connection:
        loop = asyncio.get_running_loop()
        context = (self._ssl_context or default_ssl_context()) if target.scheme == "https" else None
        name = target.host if context else None
        try:
            async with asyncio.timeout(seconds):
                for address in (await resolve_async(target, seconds))[:ADDRESSES_TRIED]:
                    try:
                        made = await loop.create_connection(
                            lambda: Connection(target.host),
                            address,
                            target.port,
                            ssl=context,
                            server_hostname=name,
                        )
                    except (OSError, ssl.SSLError):
                        continue
                    return made[1]
        except TimeoutError:
            raise EgressRefused(host=target.host, reason="connecting took too long") from None
        raise EgressRefused(host=target.host, reason="no address answers")


def _before_the_end(limits: StreamLimits) -> StreamLimits:
    """The limits, or what the deadline around this call leaves of them."""
    left = ends_at() - time.monotonic()
    if math.isinf(left):
        return limits
    left = max(left, 0.0)
    return replace(limits, connect=min(limits.connect, left), total=min(limits.total, left))


@lru_cache(maxsize=256)
def _address(url: str) -> httpx2.URL:
    try:
        return httpx2.URL(url)
    except httpx2.InvalidURL:
        raise EgressRefused(host=url, reason="not an address") from None


def _head(address: httpx2.URL, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"POST {address.raw_path.decode('ascii')} HTTP/1.1", f"Host: {address.netloc.decode('ascii')}"]
    for name, value in {"Accept-Encoding": "identity", "User-Agent": "Bottega", **headers}.items():
        if "\r" in name + value or "\n" in name + value:
            raise ValueError(f"a line break in the header {name!r}")
        lines.append(f"{name}: {value}")
    lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
