"""The reference: what passing a stream on costs without anything around it.

A bare ASGI function under uvicorn. It reads the upstream's events, parses each, keeps the text and the usage, as
whoever meters must, and sends what arrived at once as one small event of its own. No access check, no database.

`UPSTREAM=http://127.0.0.1:PORT/v1 uvicorn harness.bare_asgi:application`
"""

import os
from collections.abc import AsyncIterator
from functools import lru_cache

import aiohttp
import orjson

UPSTREAM = os.environ["UPSTREAM"]
HEADERS = {"Authorization": "Bearer sk-up", "Content-Type": "application/json"}


@lru_cache(maxsize=1)
def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    )


def _texts(events: list[bytes], kept: list[str], usage: dict) -> str:
    said = []
    for event in events:
        if not event.startswith(b"data: ") or event == b"data: [DONE]":
            continue
        chunk = orjson.loads(event[6:])
        usage.update(chunk.get("usage") or {})
        if chunk["choices"] and (text := chunk["choices"][0]["delta"].get("content")):
            said.append(text)
    kept.extend(said)
    return "".join(said)


async def _answer(body: bytes) -> AsyncIterator[bytes]:
    kept: list[str] = []
    usage: dict = {}
    rest = b""
    async with _session().post(f"{UPSTREAM}/chat/completions", data=body, headers=HEADERS) as response:
        async for data in response.content.iter_any():
            *events, rest = (rest + data).split(b"\n\n")
            if text := _texts(events, kept, usage):
                yield b'data: {"type":"delta","text":' + orjson.dumps(text) + b"}\n\n"
    yield b'data: {"type":"done"}\n\n'


async def _body(receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def application(scope, receive, send) -> None:
    """Pass every POST on."""
    assert scope["type"] == "http"
    body = await _body(receive)
    head = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/event-stream")],
    }
    await send(head)
    if body:
        async for event in _answer(body):
            await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
