"""Many streamed answers at once, from anything that speaks OpenAI's Chat Completions, timed token by token.

The upstream behind it must be `harness.upstream`, whose tokens tell when they were sent.
"""

import asyncio
import gc
import re
import socket
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from urllib.parse import urlsplit

import httptools
import orjson
import psutil
import uvloop

from harness.upstream import Pace

TOKEN = re.compile(r"@(\d+):(\d+)(?::(\d+):(\d+))?; ")
QUESTION = "hello " * 50
SETTLE = 0.3  # seconds after the last answer, for what a server does once it has sent it


@dataclass(frozen=True)
class Target:
    """A server to ask: base URL up to and with `/v1`, a key, the model's name there by the upstream's name."""

    name: str
    base: str
    key: str
    pid: int
    models: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What one run of streams took.

    Attributes:
        first: seconds to the first token, median. The upstream's own wait counts as what its name says, so that a late timer of the
            upstream is not held against the server between.
        cpu: seconds of CPU of the server's processes.
        delay: seconds from the upstream's sending to our reading of a later token, median.
    """

    streams: int
    tokens: int
    lost: int
    failures: Counter
    first: float
    delay: float
    cpu: float


class Stream(asyncio.Protocol):
    """One question and its answer."""

    def __init__(self, done: "asyncio.Future[None]") -> None:
        self._done = done
        self._parser = httptools.HttpResponseParser(self)
        self._rest, self._text = b"", ""
        self._transport: asyncio.Transport | None = None
        self._now = self._sent = 0.0
        self.seen, self.failure = 0, ""
        self.first: float | None = None
        self.delays: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # uvloop's are no subclass of asyncio's
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end("the connection broke off")

    def ask(self, request: bytes) -> None:
        """Send the question."""
        self._sent = monotonic()
        assert self._transport
        self._transport.write(request)

    def end(self, failure: str = "") -> None:
        """Note how it ended; what comes first counts."""
        if not self._done.done():
            self.failure = failure
            self._done.set_result(None)
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._now = monotonic()
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        *events, self._rest = (self._rest + body).split(b"\n\n")
        for event in events:
            if event.startswith(b"data: {"):
                self._event(orjson.loads(event[6:]))

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        self.end("" if status == 200 else f"status {status}: {self._rest[:200].decode(errors='replace')}")

    def _event(self, event: dict) -> None:
        choices = event.get("choices")
        text = choices[0]["delta"].get("content") if choices else event.get("text")
        if event.get("error"):
            self.end(str(event["error"])[:200])
        if not text:
            return
        self._text += text
        read = 0
        for token in TOKEN.finditer(self._text):
            read = token.end()
            self._token(int(token[2]) / 1e6, int(token[3] or 0) / 1e6)
        self._text = self._text[read:]

    def _token(self, sent: float, arrived: float) -> None:
        self.seen += 1
        if arrived:
            self.first = (self._now - self._sent) - (sent - arrived)
        else:
            self.delays.append(self._now - sent)


def measure(target: Target, model: str, *, streams: int, ramp: float) -> Measured:
    """Ask `streams` questions, spread evenly over `ramp` seconds."""
    # A collection of ours in mid-run would be seen as a delay of theirs.
    gc.collect()
    gc.disable()
    try:
        return uvloop.run(_measure(target, model, streams=streams, ramp=ramp))
    finally:
        gc.enable()


async def _measure(target: Target, model: str, *, streams: int, ramp: float) -> Measured:
    loop = asyncio.get_running_loop()
    where, pace = urlsplit(target.base), Pace.of(model)
    ended = [loop.create_future() for _ in range(streams)]
    connect = [
        loop.create_connection(lambda f=future: Stream(f), where.hostname, where.port) for future in ended
    ]
    asked = [made[1] for made in await asyncio.gather(*connect)]
    request = _request(target, model)
    before, start = _cpu(target.pid), loop.time()
    for number, stream in enumerate(asked):
        loop.call_at(start + ramp * number / streams, stream.ask, request)
    await asyncio.wait(ended, timeout=ramp + pace.first + pace.tokens / pace.rate + 30)
    await asyncio.sleep(SETTLE)
    for stream in asked:
        stream.end("not finished in time")
    return _measured(asked, pace, cpu=_cpu(target.pid) - before)


def _measured(asked: list[Stream], pace: Pace, *, cpu: float) -> Measured:
    firsts = [stream.first + pace.first for stream in asked if stream.first is not None]
    delays = [delay for stream in asked for delay in stream.delays]
    seen = sum(stream.seen for stream in asked)
    return Measured(
        streams=len(asked),
        tokens=seen,
        lost=len(asked) * pace.tokens - seen,
        failures=Counter(stream.failure for stream in asked if stream.failure),
        first=median(firsts) if firsts else float("inf"),
        delay=median(delays) if delays else float("inf"),
        cpu=cpu,
    )


def _request(target: Target, model: str) -> bytes:
    where = urlsplit(target.base)
    body = orjson.dumps(
        {
            "model": target.models.get(model, model),
            "stream": True,
            "messages": [{"role": "user", "content": QUESTION}],
        }
    )
    head = (
        f"POST {where.path}/chat/completions HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {target.key}\r\n"
        f"Content-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _cpu(pid: int) -> float:
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(time.user + time.system for time in times)
