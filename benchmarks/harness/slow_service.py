"""A slow API, and a model that calls it: `SLOW=http://127.0.0.1:PORT uvicorn harness.slow_service:application`.

`GET /slow` answers once it is told to by `POST /release`; `GET /waiting` says how many wait. `/v1/chat/completions` asks for
the one tool that it is offered, and says a single token when it has the tool's answer, in the form that `harness.load` reads.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import orjson

state: dict[str, Any] = {"waiting": 0, "gate": asyncio.Event()}


async def application(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Serve one request."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    path = scope["path"]
    if path == "/slow":
        state["waiting"] += 1
        await state["gate"].wait()
        state["waiting"] -= 1
    elif path == "/hold":
        state["gate"] = asyncio.Event()
    elif path == "/release":
        state["gate"].set()
    elif path.endswith("/chat/completions"):
        await _answer(orjson.loads(body), send)
        return
    await _send(send, orjson.dumps({"waiting": state["waiting"]}), "application/json")


async def _answer(asked: dict[str, Any], send: Callable[..., Any]) -> None:
    now = round(monotonic() * 1e6)
    if any(said["role"] == "tool" for said in asked["messages"]):
        delta: dict[str, Any] = {"content": f"@0:{now}:{now}:1; "}
        reason = "stop"
    else:
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": "{}"}
        delta = {"tool_calls": [{"index": 0, "id": "call_0", "type": "function", "function": function}]}
        reason = "tool_calls"
    frame = {"id": "slow", "object": "chat.completion.chunk", "created": 1, "model": asked["model"]}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    parts = [
        frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        frame | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
        frame | {"choices": [], "usage": usage},
    ]
    events = b"".join(b"data: " + orjson.dumps(part) + b"\n\n" for part in parts)
    await _send(send, events + b"data: [DONE]\n\n", "text/event-stream")


async def _send(send: Callable[..., Any], body: bytes, kind: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
