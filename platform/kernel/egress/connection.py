"""One connection of a StreamClient: HTTP/1.1 on an asyncio transport, parsed by httptools."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from kernel.egress.errors import EgressError, EgressInterrupted, EgressTimeout, EgressTooLarge

MAX_HEAD = 64 * 1024
PAUSE_AT = 1024 * 1024


class Limits(Protocol):
    """Seconds and bytes: see StreamLimits."""

    @property
    def first_byte(self) -> float: ...
    @property
    def between(self) -> float: ...
    @property
    def total(self) -> float: ...
    @property
    def max_bytes(self) -> int: ...


class Connection(asyncio.Protocol):
    """Sends one request at a time and collects what comes back until it is read."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False
        self._busy = False
        self._reset()

    def _reset(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.received = 0
        self._head_done = self.complete = self._keep = self._paused = False
        self._error: EgressError | None = None
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._over: Callable[[], None] | None = None
        self._parser = httptools.HttpResponseParser(self)

    # --- what StreamClient calls

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent."""
        return (
            not self._lost
            and not self._busy
            and self._transport is not None
            and not self._transport.is_closing()
        )

    async def exchange(self, head: bytes, body: bytes, limits: Limits) -> None:
        """Send a request and wait for the head of its answer."""
        if self._expiry:
            self._expiry.cancel()
        self._reset()
        self._busy = True
        self._limits = limits
        self._started = self._last = self._loop.time()
        self._watch = self._loop.call_later(min(limits.first_byte, limits.total), self._check_time)
        assert self._transport is not None
        self._transport.write(head + body)
        try:
            while not self._head_done:
                self._raise_if_over()
                await self._wait()
        except BaseException:
            self.abort()
            raise

    async def read(self) -> bytes:
        """Everything that arrived since the last call; empty at the end."""
        while not self._pieces:
            if self.complete:
                return b""
            self._raise_if_over()
            self._waiter = self._loop.create_future()  # _wait() in place: this runs once a token
            try:
                await self._waiter
            finally:
                self._waiter = None
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._waiting = 0
        if self._paused and self._transport:
            self._paused = False
            self._transport.resume_reading()
        return data

    def finish(self) -> bool:
        """End the present exchange; whether the connection can serve another one."""
        if self._watch:
            self._watch.cancel()
        fit = self._busy and self.complete and not self._lost and self._keep
        self._busy = False
        return fit

    def close_after(self, seconds: float) -> None:
        """Close it unless it is used again before that."""
        self._expiry = self._loop.call_later(seconds, self.abort)

    def abort(self) -> None:
        """Cut it."""
        for timer in (self._watch, self._expiry):
            if timer:
                timer.cancel()
        if self._transport:
            self._transport.abort()

    def when_over(self, callback: Callable[[], None]) -> None:
        """Call back once the answer is complete or the connection lost."""
        self._over = callback

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _raise_if_over(self) -> None:
        if self._error:
            raise self._error
        if self._lost:
            raise EgressInterrupted(host=self.host)

    def _fail(self, error: EgressError) -> None:
        self._error = self._error or error
        if self._transport:
            self._transport.abort()
        self._wake()

    def _check_time(self) -> None:
        now = self._loop.time()
        if self._pieces:  # the reader is slow, not the other side
            self._last = now
        step = self._limits.between if self._head_done else self._limits.first_byte
        end = min(self._started + self._limits.total, self._last + step)
        if now >= end:
            self._fail(EgressTimeout(host=self.host))
        else:
            self._watch = self._loop.call_at(end, self._check_time)

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of it

    def data_received(self, data: bytes) -> None:
        if not self._busy:
            self.abort()
            return
        self._last = self._loop.time()
        self.received += len(data)
        if self.received > (self._limits.max_bytes if self._head_done else MAX_HEAD + self._limits.max_bytes):
            self._fail(EgressTooLarge(host=self.host))
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(EgressInterrupted(host=self.host))
            return
        if not self._head_done and self.received > MAX_HEAD:
            self._fail(EgressTooLarge(host=self.host))
        elif self._waiting > PAUSE_AT and not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()
        self._wake()
        if self.complete and self._over:
            self._over()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        if self._head_done and not self._framed and exc is None and self._error is None:
            self.complete = True  # a body that ends with the connection
        self._wake()
        if self._over:
            self._over()

    # --- what httptools calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._framed = "content-length" in self.headers or "transfer-encoding" in self.headers
        self._head_done = self.status >= 200

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._waiting += len(body)

    def on_message_complete(self) -> None:
        if self._head_done:
            self.complete = True
            self._keep = self._parser.should_keep_alive()  # forgotten by the parser after this
        else:
            self.headers.clear()  # it was only "100 Continue"
