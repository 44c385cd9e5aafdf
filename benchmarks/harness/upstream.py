"""An OpenAI-compatible upstream that costs next to nothing: a hand-written HTTP/1.1 protocol on uvloop.

Its models are named after what they do: `mock-ttft300-tps20-n64` begins after 300 ms and says 64 tokens, 20 a second.
Every token carries this machine's monotonic clock in microseconds, so that a client behind any number of processes
can tell how long each token was on its way:

    first token    "@0:<sent>:<request arrived>:<number of tokens>; "
    later tokens   "@<n>:<sent>; "

`python -m harness.upstream PORT MODEL…`
"""

import asyncio
import re
import socket
import sys
from dataclasses import dataclass
from time import monotonic

import orjson
import uvloop

NAME = re.compile(r"mock-ttft(\d+)-tps(\d+)-n(\d+)")
LISTED: list[str] = []
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


@dataclass(frozen=True)
class Pace:
    """How a model answers: seconds to its first token, tokens a second, tokens in all."""

    first: float
    rate: float
    tokens: int

    @classmethod
    def of(cls, model: str) -> "Pace":
        """The pace that a model's name tells."""
        found = NAME.search(model)
        assert found, f"no pace in the name {model!r}"
        return cls(int(found[1]) / 1000, int(found[2]), int(found[3]))


class Answer:
    """One streamed answer, paced by absolute times, so that delays do not add up."""

    def __init__(self, connection: "Connection", body: dict, arrived: float) -> None:
        self._connection, self._arrived = connection, arrived
        self._pace = Pace.of(body["model"])
        self._with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        self._prefix = (
            b'data: {"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1700000000,"model":%b,"choices":'
            % orjson.dumps(body["model"])
        )
        self._prompt = len(orjson.dumps(body["messages"])) // 4
        self._said = 0
        self._loop = asyncio.get_running_loop()
        connection.write(STREAM_HEAD)
        self._timer = self._loop.call_at(arrived + self._pace.first, self._say)

    def stop(self) -> None:
        """Say no more: nobody listens."""
        self._timer.cancel()

    def _say(self) -> None:
        number, now = self._said, int(monotonic() * 1e6)
        if number:
            delta = b'{"content":"@%d:%d; "}' % (number, now)
        else:
            arrived = int(self._arrived * 1e6)
            delta = b'{"role":"assistant","content":"@0:%d:%d:%d; "}' % (now, arrived, self._pace.tokens)
        self._event(b'[{"index":0,"delta":%b,"finish_reason":null}]}' % delta)
        self._said += 1
        if self._said < self._pace.tokens:
            due = self._arrived + self._pace.first + self._said / self._pace.rate
            self._timer = self._loop.call_at(due, self._say)
        else:
            self._end()

    def _end(self) -> None:
        self._event(b'[{"index":0,"delta":{},"finish_reason":"stop"}]}')
        if self._with_usage:
            tokens = self._pace.tokens
            usage = {"prompt_tokens": self._prompt, "completion_tokens": tokens}
            self._event(b'[],"usage":%b}' % orjson.dumps(usage | {"total_tokens": self._prompt + tokens}))
        self._connection.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        self._connection.answered()

    def _event(self, rest: bytes) -> None:
        event = self._prefix + rest + b"\n\n"
        self._connection.write(b"%x\r\n%b\r\n" % (len(event), event))


class Connection(asyncio.Protocol):
    """Reads one request after the other."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # uvloop's are no subclass of asyncio's
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer:
            self._answer.stop()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._answer is None:
            self._next()

    def write(self, data: bytes) -> None:
        """Send, where there still is somebody."""
        if self._transport:
            self._transport.write(data)

    def answered(self) -> None:
        """The answer has ended; another request may have come meanwhile."""
        self._answer = None
        if self._received:
            self._next()

    def _next(self) -> None:
        head, blank, rest = self._received.partition(b"\r\n\r\n")
        announced = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        length = int(announced[1]) if announced else 0
        if not blank or len(rest) < length:
            return
        body, self._received = rest[:length], rest[length:]
        if head.startswith(b"POST"):
            self._answer = Answer(self, orjson.loads(body), monotonic())
        else:
            models = orjson.dumps({"object": "list", "data": [{"id": name} for name in LISTED]})
            self.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % len(models)
            )
            self.write(models)


async def serve(port: int) -> None:
    """Serve on loopback until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    LISTED.extend(sys.argv[2:])
    uvloop.run(serve(int(sys.argv[1])))
