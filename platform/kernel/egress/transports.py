"""Between httpx2 and its connection pool: checks where a call goes, and counts what comes back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

from kernel.egress.bodies import Meter
from kernel.egress.deadline import deadline, ends_at
from kernel.egress.errors import EgressInterrupted, EgressRefused, EgressTimeout, EgressTooLarge
from kernel.egress.permits import check_permitted
from kernel.egress.targets import check_target

AsyncBody = httpx2.AsyncByteStream  # for rooms that put a counter of their own around a response's body


class GuardedTransport(httpx2.BaseTransport):
    """The way out of a synchronous client."""

    def __init__(self, pool: httpcore2.ConnectionPool, *, max_bytes: int, operator_hosts: bool) -> None:
        self._pool, self._max_bytes, self._operator_hosts = pool, max_bytes, operator_hosts

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        _check(request, operator_hosts=self._operator_hosts)
        with translated(request.url.host):
            answer = self._pool.handle_request(_core_request(request))
        try:
            meter, headers = _meter(request, answer, self._max_bytes)
        except BaseException:
            answer.close()
            raise
        body = MeteredBody(answer.stream, meter, ends_at())
        return httpx2.Response(answer.status, headers=headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class AsyncGuardedTransport(httpx2.AsyncBaseTransport):
    """The way out of an asynchronous client."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool, *, max_bytes: int, operator_hosts: bool) -> None:
        self._pool, self._max_bytes, self._operator_hosts = pool, max_bytes, operator_hosts

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        _check(request, operator_hosts=self._operator_hosts)
        with translated(request.url.host):
            answer = await self._pool.handle_async_request(_core_request(request))
        try:
            meter, headers = _meter(request, answer, self._max_bytes)
        except BaseException:
            await answer.aclose()
            raise
        body = AsyncMeteredBody(answer.stream, meter, ends_at())
        return httpx2.Response(answer.status, headers=headers, stream=body, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class MeteredBody(httpx2.SyncByteStream):
    """A response's body, within its limits."""

    def __init__(self, inner: Any, meter: Meter, end: float) -> None:
        self._inner, self._meter, self._end = inner, meter, end

    def __iter__(self) -> Iterator[bytes]:
        chunks = iter(self._inner)
        while (chunk := self._next(chunks)) is not None:
            yield from self._meter.feed(chunk)

    def _next(self, chunks: Iterator[bytes]) -> bytes | None:
        with deadline(self._end), translated(self._meter.host):
            return next(chunks, None)

    def close(self) -> None:
        self._inner.close()


class AsyncMeteredBody(httpx2.AsyncByteStream):
    """A response's body, within its limits."""

    def __init__(self, inner: Any, meter: Meter, end: float) -> None:
        self._inner, self._meter, self._end = inner, meter, end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        while (chunk := await self._next(chunks)) is not None:
            for piece in self._meter.feed(chunk):
                yield piece

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        with deadline(self._end), translated(self._meter.host):
            return await anext(chunks, None)

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Turn what the network says into what the house says: before a connection stands, one answer for everything."""
    try:
        yield
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        raise EgressRefused(host=host, reason=repr(error)) from None
    except httpcore2.TimeoutException:
        raise EgressTimeout(host=host) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError):
        raise EgressInterrupted(host=host) from None


def _check(request: httpx2.Request, *, operator_hosts: bool) -> None:
    url = request.url
    check_target(url.scheme, url.raw_host.decode("ascii"), url.port, operator_hosts=operator_hosts)
    if url.userinfo:
        raise EgressRefused(host=url.host, reason="a user name in the address")
    if request.headers.get("host", url.netloc.decode("ascii")) != url.netloc.decode("ascii"):
        raise EgressRefused(host=url.host, reason="a Host header for somebody else")
    check_permitted(url.raw_host.decode("ascii"))


def _core_request(request: httpx2.Request) -> httpcore2.Request:
    url = request.url
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _meter(
    request: httpx2.Request, answer: httpcore2.Response, max_bytes: int
) -> tuple[Meter, httpx2.Headers]:
    """The body's meter, and the headers as they are once it is unpacked."""
    headers = httpx2.Headers(answer.headers)
    length = headers.get("content-length", "")
    if request.method != "HEAD" and length.isdigit() and int(length) > max_bytes:
        raise EgressTooLarge(host=request.url.host)
    coding = headers.get("content-encoding", "")
    if coding and request.method != "HEAD":
        del headers["content-encoding"]
        headers.pop("content-length", None)
    return Meter(request.url.host, coding, max_bytes=max_bytes), headers
