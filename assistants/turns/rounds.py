"""One round of tools: the calls that one answer of a model asked for, run to their end or until a person is needed.

All of them are looked at before any is made. What only reads outside runs side by side, everything else one after another
in the model's order; where one of them waits for a person, what reads outside is done meanwhile, and nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from assistants.turns.events import ToolFinished, ToolStarted
from assistants.turns.limits import Deadline
from assistants.turns.pausing import Paused, PauseRequest, TurnPaused
from assistants.turns.plan import Limits
from assistants.turns.tools import FinishedCall, ReadyCall, Toolbox
from providers.ports import ChatMessage, ToolCall

NO_CALLS_LEFT = "The limit of tool calls is reached: this call was not run. Answer with what you have."
AT_ONCE = 8  # calls of one round that run side by side
T = TypeVar("T")


@dataclass(slots=True)
class Round:
    """What one answer asked for.

    Attributes:
        text: what the model said before. asked: its calls, in its order. results: what it reads of each, by the call's id.
    """

    text: str
    asked: tuple[ToolCall, ...]
    results: dict[str, str] = field(default_factory=dict)

    def messages(self) -> list[ChatMessage]:
        """The round as the model reads it."""
        results = (ChatMessage("tool", self.results[call.id], tool_call_id=call.id) for call in self.asked)
        return [ChatMessage("assistant", self.text, tool_calls=self.asked), *results]


async def run_round(
    round_: Round, toolbox: Toolbox, finished: list[FinishedCall], deadline: Deadline, limits: Limits
) -> AsyncIterator[ToolStarted | ToolFinished]:
    """Run what of a round has no result yet, adding to `finished`.

    Raises:
        TurnPaused: people are asked first; what was done has its results.
        LimitReached: the turn's time is over.
    """
    left = [call for call in round_.asked if call.id not in round_.results]
    room = max(0, limits.tool_calls - len(finished))
    for beyond in left[room:]:
        round_.results[beyond.id] = NO_CALLS_LEFT
    ready, requests = await _prepared(left[:room], toolbox, deadline)
    together = [call for call in ready if call.parallel or call.refusal]
    for batch in (together[start : start + AT_ONCE] for start in range(0, len(together), AT_ONCE)):
        async for event in _side_by_side(batch, round_, toolbox, finished, deadline):
            yield event
    if requests:
        raise TurnPaused(requests)
    for call in ready:
        if call not in together:
            async for event in _side_by_side([call], round_, toolbox, finished, deadline):
                yield event


async def _prepared(
    calls: Sequence[ToolCall], toolbox: Toolbox, deadline: Deadline
) -> tuple[list[ReadyCall], list[PauseRequest]]:
    ready: list[ReadyCall] = []
    requests: list[PauseRequest] = []
    for call in calls:
        try:
            ready.append(await _within(deadline, toolbox.prepare(call)))
        except Paused as paused:
            requests.append(paused.request)
    # One missing connection stops several calls, and is asked for once.
    return ready, list({request.id: request for request in requests}.values())


async def _side_by_side(
    calls: Sequence[ReadyCall],
    round_: Round,
    toolbox: Toolbox,
    finished: list[FinishedCall],
    deadline: Deadline,
) -> AsyncIterator[ToolStarted | ToolFinished]:
    for ready in calls:
        yield ToolStarted(ready.call.id, ready.call.name, toolbox.label(ready.call.name))
    pending = {asyncio.create_task(toolbox.run(ready)) for ready in calls}
    try:
        while pending:
            done, pending = await _within(
                deadline, asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            )
            for task in done:
                call = task.result()
                finished.append(call)
                round_.results[call.call.id] = call.result.content
                yield ToolFinished(call.document())
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def _within(deadline: Deadline, work: Awaitable[T]) -> T:
    """The result of some work, interrupted when the turn's time is over."""
    if deadline.passed:
        raise deadline.reached()
    deadline.waiting = True
    try:
        return await work
    except asyncio.CancelledError:
        if deadline.ended_the_wait():
            raise deadline.reached() from None
        raise
    finally:
        deadline.waiting = False
