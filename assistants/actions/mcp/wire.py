"""What happens on the wire of one conversation with a server: where calls go, what comes back, how much of it.

The SDK makes a sentence of its own of most things that go wrong, and swallows others. What the guard or we refuse is
kept here, so that it reaches whoever asked.
"""

from collections.abc import AsyncIterator
from typing import Any

from assistants.actions.mcp.errors import McpBusy, McpMoved, Unauthorized
from kernel.egress import EgressTooLarge
from kernel.egress.transports import AsyncBody
from kernel.errors import DomainError

LEAVE_SECONDS = 2.0  # that the closing of a session may take
LONGEST_WAIT = 3600  # seconds that a server may ask us to wait


class Wire:
    """Watches every request of a guarded client; its hooks are `asking` and `answered`.

    Attributes:
        address: the one that is called, as the client writes it.
        status: of the last answer, where it was no success; else 0.
        failure: the first thing that went wrong by our rules.
        requests: how many were sent.
    """

    def __init__(self, url: str, host: str, *, max_bytes: int) -> None:
        self.url, self.host, self._left = url, host, max_bytes
        self.address = url
        self.status = self.requests = 0
        self.failure: DomainError | None = None

    async def asking(self, request: Any) -> None:
        """Before a request: it goes to the server's one address, or nowhere. Credentials ride on every request."""
        if str(request.url) != self.address:
            raise self.failed(McpMoved(host=self.host, target=request.url.host))
        if request.method == "GET" and "last-event-id" not in request.headers:
            # A stream for the server's own messages: there is nothing in it for us, and it would hold a connection.
            raise _NotOpened
        if request.method == "DELETE":
            request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), LEAVE_SECONDS)
        self.status = 0
        self.requests += 1

    async def answered(self, response: Any) -> None:
        """After the head of an answer: refuse what the SDK would follow or paper over, and count the body."""
        if response.request.method == "DELETE":
            return
        if response.has_redirect_location:
            raise self.failed(McpMoved(host=self.host, target=_target(response)))
        status, headers = response.status_code, response.headers
        if status >= 400:
            self.status = status
        challenge = headers.get("www-authenticate", "")
        if status == 401 or (status == 403 and "insufficient_scope" in challenge):
            raise self.failed(Unauthorized(host=self.host, www_authenticate=challenge, status=status))
        if status == 429:
            wait = headers.get("retry-after", "")
            seconds = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 9 else 1
            raise self.failed(McpBusy(host=self.host, retry_after=max(1, min(seconds, LONGEST_WAIT))))
        response.stream = _Counted(response.stream, self)

    def count(self, size: int) -> None:
        """So many bytes of bodies came.

        Raises:
            EgressTooLarge: all together are more than the conversation takes.
        """
        self._left -= size
        if self._left < 0:
            raise EgressTooLarge(host=self.host)

    def failed(self, error: DomainError) -> DomainError:
        """Remember what went wrong, and give it back."""
        self.failure = self.failure or error
        return error


class _NotOpened(Exception):
    """The SDK goes on without the stream."""


class _Counted(AsyncBody):
    def __init__(self, inner: Any, wire: Wire) -> None:
        self._inner, self._wire = inner, wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._inner:
                self._wire.count(len(piece))
                yield piece
        except DomainError as error:
            raise self._wire.failed(error) from None

    async def aclose(self) -> None:
        await self._inner.aclose()


def _target(response: Any) -> str:
    """The host that a redirect names, for a sentence."""
    try:
        return str(response.request.url.join(response.headers["location"]).host)[:200] or "–"
    except Exception:
        return "–"
