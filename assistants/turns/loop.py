"""The turn loop: one async generator, framework-free, that asks the model and runs the tools it asks for, until the
answer is done or a limit ends it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from time import monotonic

from django.utils.translation import gettext_lazy as _

from assistants.turns.events import TextAdded, ToolFinished, ToolStarted
from assistants.turns.tools import FinishedCall, Toolbox
from kernel.errors import DomainError
from providers.ports import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)

PARAGRAPH = "\n\n"  # between what a model says before and after its tools
LoopEvent = TextAdded | ToolStarted | ToolFinished


class LimitReached(DomainError):
    code = "limit_reached"
    status = 422
    user_message = _("The answer grew past its limit and was ended. What there is of it was kept.")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a turn ends by itself.

    Attributes:
        characters: of the answer. seconds: in all. tokens: read and written by all calls together, None for no limit.
        tool_calls: after that many the model has to answer without further ones.
    """

    characters: int = 200_000
    seconds: float = 600.0
    tokens: int | None = None
    tool_calls: int = 10


@dataclass(slots=True)
class ModelCall:
    """One call of a model: what it was given, what it wrote, and what the provider counted."""

    request: ChatRequest
    parts: list[str] = field(default_factory=list)
    pieces: dict[int, list[str]] = field(default_factory=dict)
    usage: Usage | None = None
    finish_reason: str = ""

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
    """What has happened in a turn so far."""

    calls: list[ModelCall] = field(default_factory=list)
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
    def tokens(self) -> int:
        """What the providers counted so far."""
        return sum(c.usage.input_tokens + c.usage.output_tokens for c in self.calls if c.usage)


async def run_turn(
    request: ChatRequest, *, model: ChatModel, toolbox: Toolbox, transcript: Transcript, limits: Limits
) -> AsyncIterator[LoopEvent]:
    """Make one answer, adding what happens to the transcript as it goes.

    Raises:
        LimitReached: the answer is too long, or takes too long.
        ProviderError: the model failed; what had arrived is in the transcript.
    """
    deadline = monotonic() + limits.seconds
    while True:
        offered = toolbox.schemas if len(transcript.tools) < limits.tool_calls else ()
        call = ModelCall(replace(request, tools=offered) if offered else request)
        transcript.calls.append(call)
        async for event in _ask(call, model, transcript):
            yield event
            if transcript.characters > limits.characters or monotonic() > deadline:
                raise LimitReached
        asked = call.tool_calls
        if not asked or not offered:
            return
        if limits.tokens is not None and transcript.tokens >= limits.tokens:
            raise LimitReached
        answers = []
        for wanted in asked:
            yield ToolStarted(wanted.id, wanted.name, toolbox.label(wanted.name))
            finished = await toolbox.run(wanted)
            transcript.tools.append(finished)
            yield ToolFinished(finished.document())
            answers.append(ChatMessage("tool", finished.result.content, tool_call_id=wanted.id))
        said = ChatMessage("assistant", call.text, tool_calls=asked)
        request = replace(request, messages=[*request.messages, said, *answers])


async def _ask(call: ModelCall, model: ChatModel, transcript: Transcript) -> AsyncIterator[TextAdded]:
    """One call of the model; its text goes to the reader, its tool calls into the call."""
    apart = PARAGRAPH if transcript.characters else ""
    async for event in model.stream(call.request):
        if type(event) is TextDelta:
            call.parts.append(event.text)
            transcript.characters += len(event.text)
            yield TextAdded(apart + event.text if apart else event.text)
            apart = ""
        elif type(event) is Usage:
            call.usage = event
        elif type(event) is Finished:
            call.finish_reason = event.reason
        elif type(event) is ToolCallDelta:
            call.add(event)
