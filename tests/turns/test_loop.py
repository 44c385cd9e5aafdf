"""The loop between a model and its tools, with a model that is a list of events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from assistants.turns.events import TextAdded, ToolFinished, ToolStarted
from assistants.turns.limits import LimitReached
from assistants.turns.loop import LoopEvent, Transcript, Voice, run_turn
from assistants.turns.plan import Limits
from assistants.turns.tools import Toolbox, ToolResult
from kernel.errors import InvalidInput
from providers.ports import (
    ChatMessage,
    ChatRequest,
    Finished,
    ModelEvent,
    TextDelta,
    ToolCallDelta,
    ToolSchema,
    Usage,
)


class Script:
    """A model that says one list of events after the other, and remembers what it was asked."""

    def __init__(self, *answers: Sequence[ModelEvent]) -> None:
        self.answers, self.asked = list(answers), []

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        self.asked.append(request)
        for event in self.answers.pop(0):
            yield event


class Adder:
    """Adds two numbers."""

    schema = ToolSchema("add", "Adds", {"type": "object"})
    label = "Added"

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        if "a" not in arguments:
            raise InvalidInput.on("a", "required", "Give a number.")
        if arguments["a"] == "boom":
            raise RuntimeError
        return ToolResult(str(arguments["a"] + arguments["b"]), summary="3")


def call(arguments: str, *, name: str = "add", id: str = "c1") -> list[ModelEvent]:
    half = len(arguments) // 2
    return [
        ToolCallDelta(0, id, name, arguments[:half]),
        ToolCallDelta(0, "", "", arguments[half:]),
        Usage(10, 2),
        Finished("tool_calls"),
    ]


def says(text: str) -> list[ModelEvent]:
    return [TextDelta(text), Usage(20, 3), Finished("stop")]


def run(
    model: Script, *, limits: Limits | None = None, toolbox: Toolbox | None = None
) -> tuple[list[LoopEvent], Transcript]:
    transcript, events = Transcript(), []
    request = ChatRequest([ChatMessage("user", "1 + 2?")])
    box = Toolbox([Adder()]) if toolbox is None else toolbox

    async def collect() -> None:
        turn = run_turn(Voice(model, request), toolbox=box, transcript=transcript, limits=limits or Limits())
        events.extend([event async for event in turn])

    asyncio.run(collect())
    return events, transcript


def test_what_a_tool_gave_goes_back_to_the_model() -> None:
    model = Script(call('{"a": 1, "b": 2}'), says("It is 3."))
    events, transcript = run(model)
    assert [type(event) for event in events] == [ToolStarted, ToolFinished, TextAdded]
    assert [(m.role, m.content) for m in model.asked[1].messages[-2:]] == [("assistant", ""), ("tool", "3")]
    assert model.asked[1].messages[-1].tool_call_id == "c1"
    assert transcript.text == "It is 3."
    assert transcript.spent.tokens == 35


def test_text_before_and_after_a_tool_is_two_paragraphs() -> None:
    events, transcript = run(Script([TextDelta("Let me add."), *call('{"a": 1, "b": 2}')], says("It is 3.")))
    shown = "".join(event.text for event in events if isinstance(event, TextAdded))
    assert shown == transcript.text == "Let me add.\n\nIt is 3."


@pytest.mark.parametrize(
    ("arguments", "name", "told"),
    [
        ("{", "add", "no JSON"),
        ("[1]", "add", "JSON object"),
        ("{}", "add", "a: Give a number."),
        ('{"a": "boom"}', "add", "failed on our side"),
        ("{}", "subtract", "There is no tool subtract. Use one of: add."),
    ],
)
def test_what_goes_wrong_in_a_tool_is_told_to_the_model(arguments: str, name: str, told: str) -> None:
    model = Script(call(arguments, name=name), says("Sorry."))
    _events, transcript = run(model)
    assert told in model.asked[1].messages[-1].content
    assert transcript.tools[0].result.ok is False


def test_after_the_last_allowed_call_the_model_answers_without_tools() -> None:
    model = Script(call('{"a": 1, "b": 2}'), call('{"a": 1, "b": 2}', id="c2"), says("3"))
    _events, transcript = run(model, limits=Limits(tool_calls=2))
    assert [bool(asked.tools) for asked in model.asked] == [True, True, False]
    assert transcript.text == "3"


def test_a_turn_that_may_call_no_tool_is_offered_none() -> None:
    model = Script(says("3"))
    run(model, limits=Limits(tool_calls=0))
    assert model.asked[0].tools == ()


def test_a_turn_ends_when_its_tokens_are_used_up() -> None:
    with pytest.raises(LimitReached):
        run(Script(call('{"a": 1, "b": 2}'), says("3")), limits=Limits(tokens=12))
