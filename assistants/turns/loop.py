"""The turn loop: one async generator, framework-free, that asks the model and runs the tools it asks for, until the
answer is done or a limit ends it. Where the first model fails before its first token, another one goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from assistants.turns.events import StepsAdded, TextAdded, ToolFinished, ToolStarted
from assistants.turns.limits import Deadline, LimitReached, Price, Spent, cost_of_usage, within
from assistants.turns.plan import Limits
from assistants.turns.rounds import Round, run_round
from assistants.turns.tools import FinishedCall, Toolbox
from providers.errors import ProviderError
from providers.ports import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    StepDelta,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from providers.tokens import count_tokens

PARAGRAPH = "\n\n"  # between what a model says before and after its tools
LoopEvent = TextAdded | StepsAdded | ToolStarted | ToolFinished


@dataclass(frozen=True, slots=True)
class Voice:
    """A model that answers, and what it is asked.

    Attributes:
        price: None where nobody knows it; then its calls count as free.
        max_output: how many tokens it writes at most, where that is known.
    """

    model: ChatModel
    request: ChatRequest
    calls_tools: bool = True
    price: Price | None = None
    max_output: int | None = None


@dataclass(slots=True)
class ModelCall:
    """One call of a model: what it was given, what it wrote, and what the provider counted.

    Attributes:
        voice: which of the turn's models was called: 0 for the first, 1 for its fallback.
        failed: the provider failed in it.
    """

    request: ChatRequest
    voice: int = 0
    price: Price | None = None
    parts: list[str] = field(default_factory=list)
    pieces: dict[int, list[str]] = field(default_factory=dict)
    usage: Usage | None = None
    finish_reason: str = ""
    failed: bool = False

    @property
    def text(self) -> str:
        """What it wrote for the reader."""
        return "".join(self.parts)

    @property
    def written(self) -> str:
        """Everything it wrote, the arguments of tools included."""
        return self.text + "".join("".join(piece[1:]) for piece in self.pieces.values())

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools it asked for, in its order."""
        return tuple(
            ToolCall(piece[0] or f"call_{index}", piece[1], "".join(piece[2:]))
            for index, piece in sorted(self.pieces.items())
        )

    def add(self, delta: ToolCallDelta) -> None:
        """Note a piece of a tool call: id, name, then pieces of its arguments."""
        piece = self.pieces.setdefault(delta.index, ["", ""])
        piece[0] = piece[0] or delta.id
        piece[1] = piece[1] or delta.name
        if delta.arguments:
            piece.append(delta.arguments)


@dataclass(slots=True)
class Transcript:
    """What has happened in a turn so far.

    Attributes:
        calls: of the models that answer. beforehand: those that got the question ready; they count as spent too.
    """

    calls: list[ModelCall] = field(default_factory=list)
    beforehand: list[ModelCall] = field(default_factory=list)
    tools: list[FinishedCall] = field(default_factory=list)
    characters: int = 0

    @property
    def text(self) -> str:
        """What all calls wrote for the reader."""
        return PARAGRAPH.join(filter(None, (call.text for call in self.calls)))

    @property
    def finish_reason(self) -> str:
        """Why the last call ended; empty where it did not come to that."""
        return self.calls[-1].finish_reason if self.calls else ""

    @property
    def spent(self) -> Spent:
        """What the providers counted so far."""
        counted = [(call.usage, call.price) for call in (*self.beforehand, *self.calls) if call.usage]
        return Spent(
            sum(usage.input_tokens + usage.output_tokens for usage, _price in counted),
            sum(cost_of_usage(usage, price) for usage, price in counted),
        )


@dataclass(slots=True)
class Place:
    """How far a loop has come.

    Attributes:
        number: which of the turn's models answers: 0 for the first, 1 for its fallback.
        said: by model and tools, after the question.
        round: the calls that the last answer asked for, where they are not through.
    """

    number: int = 0
    said: list[ChatMessage] = field(default_factory=list)
    round: Round | None = None


async def run_turn(
    voice: Voice,
    *,
    toolbox: Toolbox,
    transcript: Transcript,
    limits: Limits,
    fallback: Callable[[], Voice] | None = None,
    place: Place | None = None,
) -> AsyncIterator[LoopEvent]:
    """Make one answer, adding what happens to the transcript as it goes.

    Args:
        fallback: gives the model that goes on where the first one fails before anything of the answer was shown.
        place: where the loop begins, and, when it ends, how far it came.

    Raises:
        LimitReached: the answer is too long, takes too long, or uses up its tokens or its money.
        ProviderError: the model failed; what had arrived is in the transcript.
        TurnPaused: a person has to answer something first; `place` says where to go on.
    """
    place = place or Place()
    with Deadline(limits) as deadline:
        while True:
            if place.round:
                async for happened in run_round(place.round, toolbox, transcript.tools, deadline, limits):
                    yield happened
                place.said += place.round.messages()
                place.round = None
            said, number = place.said, place.number
            call, cut_by = _next_call(voice, number, said, toolbox, transcript, limits)
            transcript.calls.append(call)
            try:
                async for event in _ask(call, voice.model, transcript, deadline, limits):
                    yield event
            except ProviderError:
                call.failed = True
                if fallback is None or transcript.characters:
                    raise
                voice, fallback, place.number = fallback(), None, 1
                place.said = said if voice.calls_tools else []
                continue
            if cut_by and call.finish_reason == "length":
                raise cut_by
            asked = _distinct(call.tool_calls, transcript)
            if not asked or not call.request.tools:
                return
            place.round = Round(call.text, asked)


def _next_call(
    voice: Voice,
    number: int,
    said: list[ChatMessage],
    toolbox: Toolbox,
    transcript: Transcript,
    limits: Limits,
) -> tuple[ModelCall, LimitReached | None]:
    """The next call of a model, within the limits, and the limit that cuts what it may write."""
    offered = voice.calls_tools and len(transcript.tools) < limits.tool_calls
    request = voice.request
    if said:
        request = replace(request, messages=[*request.messages, *said])
    if offered and toolbox:
        request = replace(request, tools=toolbox.schemas)
    request, cut_by = within(
        request,
        limits,
        transcript.spent,
        price=voice.price,
        max_output=voice.max_output,
        count=count_tokens,
    )
    return ModelCall(request, number, voice.price), cut_by


def _distinct(asked: Sequence[ToolCall], transcript: Transcript) -> tuple[ToolCall, ...]:
    """The calls under ids that no earlier one of the turn has: some servers count from 0 in each answer."""
    known = {finished.call.id for finished in transcript.tools}
    distinct: list[ToolCall] = []
    for wanted in asked:
        if wanted.id in known:
            wanted = replace(wanted, id=f"{wanted.id}_{len(known)}")
        known.add(wanted.id)
        distinct.append(wanted)
    return tuple(distinct)


async def _ask(
    call: ModelCall, model: ChatModel, transcript: Transcript, deadline: Deadline, limits: Limits
) -> AsyncIterator[TextAdded | StepsAdded]:
    """One call of the model; its text goes to the reader, its tool calls into the call."""
    apart = PARAGRAPH if transcript.characters else ""
    deadline.waiting = True
    try:
        async for event in model.stream(call.request):
            deadline.waiting = False
            if type(event) is TextDelta:
                call.parts.append(event.text)
                transcript.characters += len(event.text)
                yield TextAdded(apart + event.text if apart else event.text)
                apart = ""
                if transcript.characters > limits.characters:
                    raise LimitReached
            elif type(event) is StepDelta:
                yield StepsAdded(event.text)
            elif type(event) is Usage:
                call.usage = event
            elif type(event) is Finished:
                call.finish_reason = event.reason
            elif type(event) is ToolCallDelta:
                call.add(event)
            if deadline.passed:
                raise deadline.reached()
            deadline.waiting = True
    except asyncio.CancelledError:
        if deadline.ended_the_wait():
            raise deadline.reached() from None
        raise
    finally:
        deadline.waiting = False
