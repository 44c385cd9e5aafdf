"""`POST /api/v1/assistants/{id}/preview`: an answer of the draft, and what happened inside."""

from collections.abc import AsyncIterator, Sequence
from time import perf_counter
from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils import translation
from pydantic import Field

from assistants.building.actions.preview_draft import preview_draft
from assistants.building.specification import Part, parse_part
from assistants.turns.actions.close_turn import ModelUse
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.context import PastMessage
from assistants.turns.events import IN_WORDS, MessageFinished, MessageWaiting, Retrieved, TextAdded
from assistants.turns.journal import Entry
from assistants.turns.runtime import RunningTurn, runtime
from assistants.turns.stream import follow_saved, write_events
from billing.prices import cost_of
from kernel.asgi import Responder, StreamRequest, StreamRoute, described, event_bytes
from kernel.db import run_db
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate

MAX_HISTORY = 40


class Said(Part):
    """Something that was said before in a preview."""

    role: Literal["user", "assistant"]
    text: Annotated[str, Field(max_length=100_000)]


class PreviewInput(Part):
    """What a preview is asked."""

    text: str
    model: Annotated[str, Field(max_length=200)] = ""
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    history: Annotated[list[Said], Field(max_length=MAX_HISTORY)] = []
    stream: bool = False


class Trace:
    """Watches a turn go by and notes what happened inside."""

    def __init__(self, opened: OpenedTurn) -> None:
        self.opened = opened
        self.message: dict[str, Any] = {}
        self._retrieved: dict[str, Any] = {}
        self._started = perf_counter()
        self._found = self._first = self._ended = 0.0

    async def watch(self, entries: AsyncIterator[Entry | None]) -> AsyncIterator[Entry | None]:
        """The same events, looked at."""
        async for entry in entries:
            if entry is not None:
                self._note(entry)
            yield entry

    def _note(self, entry: Entry) -> None:
        now = perf_counter() - self._started
        if entry.name == Retrieved.name:
            self._found, self._retrieved = now, entry.data
        elif entry.name == TextAdded.name:
            self._first = self._first or now
        elif entry.name in (MessageFinished.name, MessageWaiting.name):
            self._ended, self.message = now, entry.data["message"]

    def document(self) -> dict[str, Any]:
        """The trace in its public form; times in milliseconds, cost in micro-units."""
        plan, usage = self.opened.plan, self.message.get("usage") or {"input_tokens": 0, "output_tokens": 0}
        # One that waited for a person may have gone on elsewhere; then its calls are not known here.
        running = runtime().get(self.opened.id)
        outcome = running.ending.outcome if running else None
        calls = [_call(use) for use in outcome.uses] if outcome else []
        return {
            "prompt": plan.system_prompt,
            "model": self.message.get("model") or self.opened.info.id,
            "fallback": self.message.get("fallback", False),
            "version": plan.version_number,
            "passages": self._retrieved.get("passages", []),
            "search": {name: self._retrieved[name] for name in ("query", "rewritten", "notes")}
            if self._retrieved
            else None,
            "steps": self.message.get("steps", []),
            "tool_calls": self.message.get("tool_calls", []),
            "verification": self.message.get("verification"),
            "calls": calls,
            "usage": usage,
            "cost": _sum(calls),
            "times": {
                "search": round(self._found * 1000),
                "first_word": round(self._first * 1000),
                "total": round(self._ended * 1000),
            },
        }


def _call(use: ModelUse) -> dict[str, Any]:
    """One call of a model; its cost is None where nobody knows the price."""
    spent = {"input_tokens": use.input_tokens, "output_tokens": use.output_tokens}
    price = use.price
    amount = cost_of(price, **spent, units=use.quantity, unit_price=use.unit_price)
    currency = price.currency if price else settings.CURRENCY
    cost = {"amount": amount, "currency": currency} if price or use.quantity else None
    return {"kind": use.kind, "model": use.model_id, **spent, "cost": cost}


def _sum(calls: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    costs = [call["cost"] for call in calls if call["cost"]]
    if not costs:
        return None
    return {"amount": sum(cost["amount"] for cost in costs), "currency": costs[0]["currency"]}


async def assistant_preview(request: StreamRequest, respond: Responder) -> None:
    """Answer with the draft or a version: whole, or with `stream` as events that end with `trace`."""
    actor = await authenticate(request, Permission.BUILD_ASSISTANTS)
    wanted = parse_part(PreviewInput, await request.json())
    opened = await run_db(
        preview_draft,
        actor=actor,
        assistant_id=request.params["assistant"],
        text=wanted.text,
        model=wanted.model,
        version=wanted.version,
        # The page says what was said before, and nobody knows here what those answers had read.
        history=tuple(
            PastMessage(said.role, said.text, tainted=said.role == "assistant") for said in wanted.history
        ),
        language=translation.get_language() or "",
    )
    running = runtime().run(opened)
    if wanted.stream:
        await _stream(request, respond, actor, running)
    else:
        await _whole(respond, running)


async def _whole(respond: Responder, running: RunningTurn) -> None:
    trace = Trace(running.opened)
    async for _entry in trace.watch(running.follow()):
        pass
    await respond.json(200, {"turn": running.opened.id, "message": trace.message, "trace": trace.document()})


async def _stream(request: StreamRequest, respond: Responder, actor: Actor, running: RunningTurn) -> None:
    trace = Trace(running.opened)
    await respond.start_events([(b"x-turn-id", running.opened.id.encode())])
    entries = trace.watch(follow_saved(actor, running.opened.id))
    await write_events(respond, entries, html=request.query.get("render") == "html")
    await respond.finish(event_bytes("trace", trace.document()))


PREVIEW = StreamRoute(
    "assistant_preview",
    "POST",
    r"/api/v1/assistants/(?P<assistant>asst_\w+)/preview",
    assistant_preview,
    operation=described(
        "Try the draft or a version; the answer comes with what happened inside",
        body={
            "text": {"type": "string"},
            "model": {"type": "string"},
            "version": {"type": "integer"},
            "history": {"type": "array", "items": {"type": "object"}},
            "stream": {"type": "boolean"},
        },
        events=IN_WORDS,
    ),
)
