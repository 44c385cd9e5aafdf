"""The turn loop: one async generator, framework-free, that asks the model until the answer is done or a limit ends it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic

from django.utils.translation import gettext_lazy as _

from assistants.turns.events import TextAdded
from kernel.errors import DomainError
from providers.ports import ChatModel, ChatRequest, Finished, TextDelta, ToolCallDelta, Usage


class LimitReached(DomainError):
    code = "limit_reached"
    status = 422
    user_message = _("The answer grew past its limit and was ended. What there is of it was kept.")


class ToolNotOffered(DomainError):
    code = "tool_not_offered"
    status = 502
    user_message = _(
        "The model asked for a tool that this assistant does not have. Try again, or choose another model."
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a turn ends by itself: characters of the answer, and seconds in all."""

    characters: int = 200_000
    seconds: float = 600.0


@dataclass(slots=True)
class Transcript:
    """What the model has said so far, and what the provider counted."""

    parts: list[str] = field(default_factory=list)
    characters: int = 0
    usage: Usage | None = None
    finish_reason: str = ""

    @property
    def text(self) -> str:
        return "".join(self.parts)


async def run_turn(
    request: ChatRequest, *, model: ChatModel, transcript: Transcript, limits: Limits
) -> AsyncIterator[TextAdded]:
    """Make one answer, adding what happens to the transcript as it goes.

    Raises:
        LimitReached: the answer is too long, or takes too long.
        ProviderError: the model failed; what had arrived is in the transcript.
    """
    deadline = monotonic() + limits.seconds
    async for event in model.stream(request):
        if type(event) is TextDelta:
            transcript.parts.append(event.text)
            transcript.characters += len(event.text)
            yield TextAdded(event.text)
            if transcript.characters > limits.characters or monotonic() > deadline:
                raise LimitReached
        elif type(event) is Usage:
            transcript.usage = event
        elif type(event) is Finished:
            transcript.finish_reason = event.reason
        elif type(event) is ToolCallDelta:
            raise ToolNotOffered
