"""The only HTTP clients of the house."""

import logging
import ssl
import time
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from kernel.egress.backends import AsyncGuardedBackend, GuardedBackend
from kernel.egress.bodies import DECODED
from kernel.egress.deadline import deadline
from kernel.egress.errors import EgressRefused
from kernel.egress.transports import AsyncGuardedTransport, GuardedTransport

MAX_REDIRECTS = 3
MEGABYTE = 1024 * 1024
_KEPT_ACROSS_ORIGINS = ("accept", "accept-encoding", "accept-language", "user-agent")

# Their lines hold whole addresses, which may hold secrets.
logging.getLogger("httpx2").setLevel(logging.WARNING)
logging.getLogger("httpcore2").setLevel(logging.WARNING)


def guarded_client(
    *,
    timeout: float = 10.0,
    total: float = 30.0,
    max_bytes: int = 10 * MEGABYTE,
    operator_hosts: bool = False,
    stay_at_origin: bool = False,
    network: httpcore2.NetworkBackend | None = None,
    ssl_context: ssl.SSLContext | None = None,
    **options: Any,
) -> "GuardedClient":
    """Make a client for calls to the outside; use it as a context manager, or keep and close it.

    `timeout` seconds a step, `total` seconds a call with its redirects and body, `max_bytes` a body, packed and
    unpacked. `operator_hosts` also lets through what `trust()` was told. A redirect to another origin is the answer,
    and not followed, with `stay_at_origin`: for calls that somebody allowed to one host. Everything else is httpx2's own.
    Calls raise EgressError only.
    """
    pool = httpcore2.ConnectionPool(
        ssl_context=ssl_context or default_ssl_context(),
        network_backend=GuardedBackend(operator_hosts=operator_hosts, inner=network),
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=15.0,
    )
    transport = GuardedTransport(pool, max_bytes=max_bytes, operator_hosts=operator_hosts)
    return GuardedClient(total=total, stay=stay_at_origin, transport=transport, **_common(timeout, options))


def guarded_async_client(
    *,
    timeout: float = 10.0,
    total: float = 30.0,
    max_bytes: int = 10 * MEGABYTE,
    operator_hosts: bool = False,
    stay_at_origin: bool = False,
    connections: int = 200,
    network: httpcore2.AsyncNetworkBackend | None = None,
    ssl_context: ssl.SSLContext | None = None,
    **options: Any,
) -> "GuardedAsyncClient":
    """The same for asynchronous code, and for libraries that take an `httpx2.AsyncClient`.

    `connections` may be open at once; a call beyond them waits for one.
    """
    pool = httpcore2.AsyncConnectionPool(
        ssl_context=ssl_context or default_ssl_context(),
        network_backend=AsyncGuardedBackend(operator_hosts=operator_hosts, inner=network),
        max_connections=connections,
        max_keepalive_connections=50,
        keepalive_expiry=15.0,
    )
    transport = AsyncGuardedTransport(pool, max_bytes=max_bytes, operator_hosts=operator_hosts)
    return GuardedAsyncClient(
        total=total, stay=stay_at_origin, transport=transport, **_common(timeout, options)
    )


@lru_cache(maxsize=1)
def default_ssl_context() -> ssl.SSLContext:
    """The system's authorities, whatever the environment says; made once, since it takes milliseconds."""
    return httpx2.create_ssl_context(trust_env=False)


def _common(timeout: float, options: dict[str, Any]) -> dict[str, Any]:
    headers = {"accept-encoding": DECODED, "user-agent": "Bottega"} | dict(options.pop("headers", None) or {})
    # Clients are shared between people: a cookie of one must never travel with another's call.
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return {"timeout": timeout, "trust_env": False, "headers": headers, "cookies": no_cookies} | options


class GuardedClient(httpx2.Client):
    """An httpx2 client that follows redirects itself, and ends every call at its deadline."""

    def __init__(self, *, total: float, stay: bool = False, **options: Any) -> None:
        self._total, self._stay = total, stay
        super().__init__(**options)

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        try:
            return super().build_request(method, url, **options)
        except httpx2.InvalidURL:
            raise EgressRefused(host=str(url), reason="not an address") from None

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        options["follow_redirects"] = False
        with deadline(time.monotonic() + self._total):
            response = super().send(request, stream=True, **options)
            history: list[httpx2.Response] = []
            while (following := _redirect(request, response, len(history), stay=self._stay)) is not None:
                response.close()
                history.append(response)
                request = following
                response = super().send(request, stream=True, **options)
            response.history = history
            if not stream:
                response.read()
        return response


class GuardedAsyncClient(httpx2.AsyncClient):
    """The same for asynchronous code."""

    def __init__(self, *, total: float, stay: bool = False, **options: Any) -> None:
        self._total, self._stay = total, stay
        super().__init__(**options)

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        try:
            return super().build_request(method, url, **options)
        except httpx2.InvalidURL:
            raise EgressRefused(host=str(url), reason="not an address") from None

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        options["follow_redirects"] = False
        with deadline(time.monotonic() + self._total):
            response = await super().send(request, stream=True, **options)
            history: list[httpx2.Response] = []
            while (following := _redirect(request, response, len(history), stay=self._stay)) is not None:
                await response.aclose()
                history.append(response)
                request = following
                response = await super().send(request, stream=True, **options)
            response.history = history
            if not stream:
                await response.aread()
        return response


def _redirect(
    request: httpx2.Request, response: httpx2.Response, followed: int, *, stay: bool
) -> httpx2.Request | None:
    """The request that a redirect asks for, or None where the response is the answer."""
    if not response.has_redirect_location or request.method not in ("GET", "HEAD"):
        return None
    if followed == MAX_REDIRECTS:
        raise EgressRefused(host=request.url.host, reason="too many redirects")
    try:
        url = request.url.join(response.headers["location"])
        elsewhere = url.origin != request.url.origin
    except (httpx2.InvalidURL, ValueError):
        raise EgressRefused(host=request.url.host, reason="redirected to nonsense") from None
    if elsewhere and stay:
        return None
    headers = httpx2.Headers(request.headers)
    if elsewhere:
        headers = httpx2.Headers(
            {name: value for name, value in headers.items() if name in _KEPT_ACROSS_ORIGINS}
        )
    headers["host"] = url.netloc.decode("ascii")
    return httpx2.Request(request.method, url, headers=headers, extensions=request.extensions)
