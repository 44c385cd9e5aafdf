"""`/v1`, as OpenAI's clients know it."""

import asyncio
from collections.abc import Sequence
from time import perf_counter, time
from typing import Any

import orjson
from django.utils import translation

from assistants.openai_api.actions import open_completion
from assistants.openai_api.errors import error_body
from assistants.openai_api.inputs import Completion, read_completion
from assistants.openai_api.queries import usable_model, usable_models
from assistants.turns.actions.close_turn import Outcome
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.citations import annotations
from assistants.turns.driver import Ending, drive
from assistants.turns.events import StepsAdded, TextAdded, TurnFailed
from assistants.turns.runtime import AssistantWithdrawn, runtime
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import DomainError
from organisations.permissions import Permission
from organisations.stream_auth import authenticate


def as_error(failure: TurnFailed) -> DomainError:
    """A turn's failure as an error to answer with."""
    kind = type(
        "TurnError",
        (DomainError,),
        {"code": failure.code, "status": failure.status, "user_message": failure.message},
    )
    error: DomainError = kind()
    return error


async def chat_completions(request: StreamRequest, respond: Responder) -> None:
    """`POST /v1/chat/completions`, whole or streamed."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    asked = read_completion(await request.json())
    opened = await run_db(
        open_completion,
        actor=actor,
        asked=asked,
        runner=runtime().runner,
        language=translation.get_language(),
    )
    answer = Answer(request, respond, asked, opened)
    watcher = asyncio.create_task(_stop_when_gone(request, asyncio.current_task()))
    with runtime().watching(opened) as watched:
        try:
            await (answer.stream() if asked.stream else answer.whole())
        except asyncio.CancelledError:
            if watched.withdrawn:
                await answer.end_withdrawn()
            elif not watcher.done():
                raise  # the server stops, not the client
        finally:
            watcher.cancel()


async def _stop_when_gone(request: StreamRequest, task: "asyncio.Task[None] | None") -> None:
    await request.disconnected()
    if task:
        task.cancel()


class Answer:
    """One completion on its way out."""

    def __init__(
        self, request: StreamRequest, respond: Responder, asked: Completion, opened: OpenedTurn
    ) -> None:
        self._request, self._respond, self._asked, self._opened = request, respond, asked, opened
        self._ending = Ending()
        self._id = "chatcmpl-" + opened.id.removeprefix("turn_")
        self._created = int(time())
        head = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": asked.model,
        }
        self._head = b"data: " + orjson.dumps(head)[:-1]
        self._before = self._head + b',"choices":[{"index":0,"delta":{"content":'
        self._after = b'},"finish_reason":null}]}\n\n'

    async def stream(self) -> None:
        """Send chunks as they come; a failure after the first byte is an error event, never a short answer."""
        before, after, write = self._before, self._after, self._respond.write
        async for event in drive(self._opened, ending=self._ending):
            if type(event) is TextAdded:
                if not self._respond.started:
                    await self._start()
                await write(before + orjson.dumps(event.text) + after)
            elif type(event) is StepsAdded:
                if not self._respond.started:
                    await self._start()
                await write(self._chunk([_delta({"reasoning_content": event.text})]))
            elif type(event) is TurnFailed:
                if not self._respond.started:
                    raise as_error(event)
                await self._respond.finish(
                    b"data: " + orjson.dumps(error_body(as_error(event), "")) + b"\n\n"
                )
                return
        if not self._respond.started:
            await self._start()
        await self._respond.finish(self._last_chunks(self._outcome) + b"data: [DONE]\n\n")

    async def whole(self) -> None:
        """Send the answer when it is done."""
        async for event in drive(self._opened, ending=self._ending):
            if type(event) is TurnFailed:
                raise as_error(event)
        outcome = self._outcome
        message: dict[str, Any] = {"role": "assistant", "content": outcome.text, "refusal": None}
        message["annotations"] = annotations(outcome.text, outcome.citations)
        if outcome.steps:
            message["reasoning_content"] = numbered(outcome.steps)
        if outcome.verification:
            message["verification"] = outcome.verification
        document = {
            "id": self._id,
            "object": "chat.completion",
            "created": self._created,
            "model": self._asked.model,
            "choices": [
                {"index": 0, "message": message, "finish_reason": _reason(outcome), "logprobs": None}
            ],
            "usage": _usage(outcome),
        }
        await self._respond.json(200, document, self._headers())

    async def end_withdrawn(self) -> None:
        """Say that the assistant was taken down, as an error event where something was sent already.

        Raises:
            AssistantWithdrawn: nothing was sent yet.
        """
        if not self._respond.started:
            raise AssistantWithdrawn
        await self._respond.finish(b"data: " + orjson.dumps(error_body(AssistantWithdrawn(), "")) + b"\n\n")

    @property
    def _outcome(self) -> Outcome:
        return self._ending.outcome or Outcome(state="stopped")

    async def _start(self) -> None:
        await self._respond.start_events(self._headers())
        await self._respond.write(
            self._head
            + b',"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
        )

    def _headers(self) -> list[tuple[bytes, bytes]]:
        elapsed = int((perf_counter() - self._request.started) * 1000)
        return [(b"openai-processing-ms", str(elapsed).encode()), (b"x-turn-id", self._opened.id.encode())]

    def _last_chunks(self, outcome: Outcome) -> bytes:
        chunks = b""
        last: dict[str, Any] = {}
        if found := annotations(outcome.text, outcome.citations):
            last["annotations"] = found
        if outcome.verification:
            last["verification"] = outcome.verification
        if last:
            chunks += self._chunk([_delta(last)])
        chunks += self._chunk([{"index": 0, "delta": {}, "finish_reason": _reason(outcome)}])
        if self._asked.include_usage:
            chunks += self._chunk([], b',"usage":' + orjson.dumps(_usage(outcome)))
        return chunks

    def _chunk(self, choices: list[dict[str, Any]], extra: bytes = b"") -> bytes:
        return self._head + b',"choices":' + orjson.dumps(choices) + extra + b"}\n\n"


def _delta(fields: dict[str, Any]) -> dict[str, Any]:
    return {"index": 0, "delta": fields, "finish_reason": None}


def numbered(steps: Sequence[str]) -> str:
    """The steps of an answer as one text."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _reason(outcome: Outcome) -> str:
    return "length" if outcome.finish_reason == "length" else "stop"


def _usage(outcome: Outcome) -> dict[str, int]:
    return {
        "prompt_tokens": outcome.input_tokens,
        "completion_tokens": outcome.output_tokens,
        "total_tokens": outcome.input_tokens + outcome.output_tokens,
    }


async def model_list(request: StreamRequest, respond: Responder) -> None:
    """`GET /v1/models`: own and installed assistants."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    models = await run_db(usable_models, actor)
    await respond.json(200, {"object": "list", "data": [model.document() for model in models]})


async def model_detail(request: StreamRequest, respond: Responder) -> None:
    """`GET /v1/models/{id}`: by assistant id or by listing."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    found = await run_db(usable_model, actor, request.params["model"])
    await respond.json(200, found.document())


COMPLETE = described(
    "OpenAI's Chat Completions; the model is an assistant's id or a listing's slug",
    body={
        "model": {"type": "string"},
        "messages": {"type": "array", "items": {"type": "object"}},
        "stream": {"type": "boolean"},
        "temperature": {"type": "number"},
        "top_p": {"type": "number"},
        "max_completion_tokens": {"type": "integer"},
    },
    events=True,
)
LIST = described("The assistants that the key may use, as OpenAI lists models")
DETAIL = described("One of them")
V1: dict[str, Any] = {"error_body": error_body, "error_type": b"application/json"}
ROUTES = (
    StreamRoute(
        "chat_completions", "POST", r"/v1/chat/completions", chat_completions, operation=COMPLETE, **V1
    ),
    StreamRoute("model_list", "GET", r"/v1/models", model_list, operation=LIST, **V1),
    StreamRoute(
        "model_detail", "GET", r"/v1/models/(?P<model>[\w.\-]+)", model_detail, operation=DETAIL, **V1
    ),
)
