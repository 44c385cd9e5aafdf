"""A scripted OpenAI-compatible server over real HTTP on loopback.

Tests tell it what to answer next (`server.answer(...)`), name a fault by the model's name (`fake/fail-429`), or hand
it a function (`server.respond = ...`); it keeps a journal of what it was asked. It runs on an event loop in a thread
of its own, so that synchronous and asynchronous tests use it alike.
"""

import asyncio
import base64
import contextlib
import json
import math
import re
import struct
import threading
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.images import FETCHED, Images

FAULTS = (
    "fail-400",
    "fail-401",
    "fail-404",
    "fail-429",
    "fail-429-once",
    "fail-500",
    "fail-500-once",
    "empty",  # a correct stream without a word
    "half",  # the connection is cut in mid-answer
    "truncated",  # a clean end of the body without finish_reason and [DONE]
    "bad-json",
    "mid-error",  # data: {"error": …} in mid-stream
    "stall",  # two tokens, then nothing
    "silent",  # never answers
)
DIMENSIONS = 64


@dataclass(frozen=True)
class Answer:
    """What to answer: pieces are sent one by one, `delay` seconds apart, the first after `first` seconds."""

    text: str = ""
    pieces: Sequence[str] = ()
    tool_calls: Sequence[tuple[str, dict[str, Any]]] = ()
    usage: tuple[int, int] | None = (12, 0)
    delay: float = 0.0
    first: float = 0.0
    reason: str = ""
    fault: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> list[str]:
        return list(self.pieces) or re.findall(r"\s*\S+|\s+", self.text)


@dataclass(frozen=True)
class Asked:
    """One request of the journal."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    client: int = 0  # the port that the connection came from

    @property
    def prompt(self) -> str:
        """All messages' text, one after the other."""
        return "\n".join(str(message.get("content") or "") for message in self.body.get("messages", ()))


class ModelServer:
    """The server; start it with `running_model_server()`, or use the fixture `model_server`."""

    def __init__(self) -> None:
        self.port = 0
        self.embedding_faults: deque[int] = deque()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.reset()

    def reset(self) -> None:
        """Forget scripts and journal."""
        self.models: list[str] = ["chat", "embed"]
        self.requests: list[Asked] = []
        self.respond: Callable[[Asked], Answer | None] | None = None
        self.disconnects = 0
        self.images = Images()
        self.pages: dict[str, Any] = {}  # paths of its own beside the API's, and the JSON that stands there
        self.embedding_delay = 0.0
        self.embedding_faults.clear()
        self._scripts: dict[str, deque[Answer]] = {}
        self._failed_once: set[str] = set()

    def drop_connections(self) -> None:
        """Close every connection, as servers do with idle ones."""
        assert self._loop
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in list(self._open)])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[Asked]:
        """The chat requests of the journal."""
        return [asked for asked in self.requests if asked.path.endswith("/chat/completions")]

    @property
    def embeddings(self) -> list[Asked]:
        """The embedding requests of the journal."""
        return [asked for asked in self.requests if asked.path.endswith("/embeddings")]

    def answer(self, text: str = "", *, model: str = "", **fields: Any) -> None:
        """Script the next answer, of any model or of the one with this upstream name; later ones queue behind it."""
        self._scripts.setdefault(model, deque()).append(Answer(text=text, **fields))

    def _next(self, asked: Asked) -> Answer:
        model = str(asked.body.get("model", ""))
        if self.respond and (made := self.respond(asked)) is not None:
            return made
        for key in (model, ""):
            if self._scripts.get(key):
                return self._scripts[key].popleft()
        if model in FAULTS:
            return Answer(text="One two three four five six", fault=model)
        last = next((m for m in reversed(asked.body["messages"]) if m["role"] == "user"), {"content": ""})
        return Answer(text=f"You said: {last['content']}")

    # --- serving

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = writer.get_extra_info("peername")[1]
        self._open.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while asked := await _read_request(reader, client):
                self.requests.append(asked)
                await self._route(asked, writer)
                await writer.drain()
        self._open.discard(writer)
        writer.close()

    async def _route(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path.endswith("/models"):
            return _send_json(writer, 200, {"object": "list", "data": [{"id": name} for name in self.models]})
        if asked.path.endswith("/embeddings"):
            return await self._embeddings(asked, writer)
        if asked.path.endswith("/chat/completions"):
            return await self._chat(asked, writer)
        if asked.path.endswith("/images/generations"):
            return _send_json(writer, *self.images.answer(asked.body, self.base_url))
        if asked.path == FETCHED:
            return _send(writer, 200, self.images.data, {"Content-Type": "image/png"})
        if (path := asked.path.partition("?")[0]) in self.pages:
            return _send_json(writer, 200, self.pages[path])
        return _send_json(writer, 404, {"error": {"message": "no such path"}})

    async def _embeddings(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.embedding_delay)
        if self.embedding_faults and (status := self.embedding_faults.popleft()):
            return _send_json(writer, status, {"error": {"message": "injected"}}, {"Retry-After": "0"})
        texts = asked.body["input"]
        packed = asked.body.get("encoding_format") == "base64"
        vectors = [bag_of_words(text) for text in ([texts] if isinstance(texts, str) else texts)]
        data = [
            {"object": "embedding", "index": i, "embedding": _packed(vector) if packed else vector}
            for i, vector in enumerate(vectors)
        ]
        return _send_json(
            writer, 200, {"object": "list", "data": data, "usage": {"prompt_tokens": len(texts)}}
        )

    async def _chat(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        answer = self._next(asked)
        fault = answer.fault
        if fault.endswith("-once"):
            if fault in self._failed_once:
                fault = ""
            self._failed_once.add(answer.fault)
        if match := re.match(r"fail-(\d+)", fault):
            status = int(match[1])
            headers = {"Retry-After": "0" if fault.endswith("-once") else "30"} if status == 429 else {}
            return _send_json(
                writer,
                status,
                {"error": _error(fault)},
                headers | answer.headers,
            )
        if fault == "silent":
            await asyncio.sleep(3600)
        if not asked.body.get("stream"):
            return _send_json(writer, 200, _whole(asked, answer))
        await self._stream(asked, answer, fault, writer)

    async def _stream(self, asked: Asked, answer: Answer, fault: str, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            async for payload in _payloads(asked, answer, fault):
                event = b"data: " + payload + b"\n\n"
                writer.write(b"%x\r\n%b\r\n" % (len(event), event))
                await writer.drain()
        except ConnectionError:
            self.disconnects += 1
            raise
        if fault == "half":
            writer.transport.abort()
        else:
            writer.write(b"0\r\n\r\n")


def _error(fault: str) -> dict[str, str]:
    """`fail-400-temperature` blames the parameter temperature."""
    return {"message": "injected failure", "code": fault, "param": "".join(fault.split("-")[2:3])}


async def _payloads(asked: Asked, answer: Answer, fault: str) -> AsyncIterator[bytes]:
    await asyncio.sleep(answer.first)
    model = asked.body.get("model")

    def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        return json.dumps(
            {"id": "fake", "object": "chat.completion.chunk", "model": model, "choices": choices} | more
        ).encode()

    yield chunk({"role": "assistant", "content": ""})
    sent = 0
    for token in [] if fault == "empty" else answer.tokens:
        if sent == 2 and fault:
            match fault:
                case "half" | "truncated":
                    return
                case "bad-json":
                    yield b'{"choices": [{"delta": {"content": "x'
                case "mid-error":
                    yield json.dumps({"error": {"message": "injected", "code": "server_error"}}).encode()
                    return
                case "stall":
                    await asyncio.sleep(3600)
        if sent and answer.delay:
            await asyncio.sleep(answer.delay)
        yield chunk({"content": token})
        sent += 1
    for index, (name, arguments) in enumerate(answer.tool_calls):
        head = {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": name, "arguments": ""},
        }
        yield chunk({"tool_calls": [head]})
        text = json.dumps(arguments)
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]})
    yield chunk({}, answer.reason or ("tool_calls" if answer.tool_calls else "stop"))
    if answer.usage and (asked.body.get("stream_options") or {}).get("include_usage"):
        yield chunk({}, choices=[], usage=_usage(answer, sent))
    yield b"[DONE]"


def _usage(answer: Answer, sent: int) -> dict[str, int]:
    prompt, completion = answer.usage or (0, 0)
    completion = completion or sent
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _whole(asked: Asked, answer: Answer) -> dict[str, Any]:
    calls = [
        {
            "id": f"call_{i}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for i, (name, arguments) in enumerate(answer.tool_calls)
    ]
    message = {"role": "assistant", "content": "".join(answer.tokens)} | (
        {"tool_calls": calls} if calls else {}
    )
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": answer.reason or ("tool_calls" if calls else "stop"),
    }
    return {
        "id": "fake",
        "model": asked.body.get("model"),
        "choices": [choice],
        "usage": _usage(answer, len(answer.tokens)),
    }


def bag_of_words(text: str) -> list[float]:
    """A vector of length 1 whose nearness is the words (and CJK characters) that two texts share."""
    vector = [1e-3] * DIMENSIONS
    for word in re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", text.lower()):
        vector[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


async def _read_request(reader: asyncio.StreamReader, client: int) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(head[0].split(" ")[1], headers, json.loads(body) if body else {}, client)


def _send_json(
    writer: asyncio.StreamWriter, status: int, body: Any, headers: dict[str, str] | None = None
) -> None:
    _send(writer, status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def _send(writer: asyncio.StreamWriter, status: int, data: bytes, headers: dict[str, str]) -> None:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """Serve on a free port of loopback until the block ends."""
    server, started = ModelServer(), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=_run, args=(loop, server, started, stop), name="model-server", daemon=True
    )
    thread.start()
    started.wait(10)
    yield server
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


def _run(
    loop: asyncio.AbstractEventLoop, server: ModelServer, started: threading.Event, stop: asyncio.Event
) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server.serve(started, stop))
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
