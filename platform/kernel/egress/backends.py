"""The network under the guarded clients: resolves, checks, dials the checked address.

TLS server name and Host header keep the name, since httpcore takes both from the address asked for. The check is
part of connecting, so it holds for every hop, and for names whose addresses change between two calls.
"""

# ruff: noqa: ASYNC109 -- the signatures are httpcore's own
from collections.abc import Iterable
from typing import Any

import httpcore2

from kernel.egress.deadline import time_left
from kernel.egress.errors import EgressRefused
from kernel.egress.resolving import resolve, resolve_async
from kernel.egress.targets import connect_target

CONNECT_ERRORS = (httpcore2.ConnectError, httpcore2.ConnectTimeout)
ADDRESSES_TRIED = 3


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose every step ends with the call's deadline."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, time_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, time_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return GuardedStream(self._inner.start_tls(ssl_context, server_hostname, time_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects synchronous clients."""

    def __init__(self, *, operator_hosts: bool, inner: httpcore2.NetworkBackend | None = None) -> None:
        self._operator_hosts = operator_hosts
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        target = connect_target(host, port, operator_hosts=self._operator_hosts)
        for address in resolve(target, time_left(timeout))[:ADDRESSES_TRIED]:
            try:
                return GuardedStream(self._inner.connect_tcp(address, port, time_left(timeout)))
            except CONNECT_ERRORS:
                continue
        raise EgressRefused(host=host, reason="no address answers")


class AsyncGuardedStream(httpcore2.AsyncNetworkStream):
    """A connection whose every step ends with the call's deadline."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, time_left(timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, time_left(timeout))

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        return AsyncGuardedStream(
            await self._inner.start_tls(ssl_context, server_hostname, time_left(timeout))
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncGuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects asynchronous clients."""

    def __init__(self, *, operator_hosts: bool, inner: httpcore2.AsyncNetworkBackend | None = None) -> None:
        self._operator_hosts = operator_hosts
        self._inner = inner or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        target = connect_target(host, port, operator_hosts=self._operator_hosts)
        addresses = await resolve_async(target, time_left(timeout))
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                return AsyncGuardedStream(await self._inner.connect_tcp(address, port, time_left(timeout)))
            except CONNECT_ERRORS:
                continue
        raise EgressRefused(host=host, reason="no address answers")
