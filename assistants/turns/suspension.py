"""Everything that going on with a turn needs, as JSON: written when it begins to wait, read when it goes on or is given up.

What its version says is not in it: that is read again, with the right to use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from assistants.turns.actions.close_turn import ModelUse
from assistants.turns.context import PastMessage
from assistants.turns.loop import ModelCall, Place, Transcript
from assistants.turns.plan import ActionUse, RetrievedPassage
from assistants.turns.retrieval import RetrievalUse
from assistants.turns.rounds import Round
from assistants.turns.sources import Sources
from assistants.turns.tools import FinishedCall, ToolResult
from assistants.turns.trust import Trust
from providers.catalogue import PriceSnapshot
from providers.ports import ChatMessage, ChatRequest, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class SavedCall:
    """A call of a model, without what it was given: that was counted."""

    voice: int
    price: PriceSnapshot | None
    text: str
    usage: Usage
    finish_reason: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class SavedTool:
    """A call of a tool that is through."""

    call: ToolCall
    label: str
    content: str
    ok: bool
    summary: str
    detail: dict[str, Any]
    untrusted: bool
    milliseconds: int
    confirmed: bool = False
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Suspended:
    """How far a turn has come.

    Attributes:
        shown_passages: how many of the passages the model was given with the question.
        uses: what its calls are charged as, should it be given up. stretch: how often it has waited before.
        declined: ids of connections that it goes on without.
        computed: what a person's side has worked out, by the id of the call that waits for it.
    """

    question: str
    history: tuple[PastMessage, ...]
    wish: str
    language: str
    surface: str
    actions: tuple[ActionUse, ...]
    number: int
    said: tuple[ChatMessage, ...]
    round_text: str
    asked: tuple[ToolCall, ...]
    results: dict[str, str]
    calls: tuple[SavedCall, ...]
    rewriting: SavedCall | None
    tools: tuple[SavedTool, ...]
    characters: int
    passages: tuple[RetrievedPassage, ...]
    shown_passages: int
    retrieval_uses: tuple[RetrievalUse, ...]
    shown: str
    told: str
    steps: str
    used_marks: tuple[int, ...]
    tainted: bool
    hosts: tuple[str, ...]
    uses: tuple[ModelUse, ...]
    stretch: int = 0
    declined: tuple[str, ...] = ()
    computed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """It as JSON values."""
        document: dict[str, Any] = _FORM.dump_python(self, mode="json")
        return document

    def transcript(self) -> Transcript:
        """What has happened in the loop."""
        calls = [model_call(call) for call in self.calls]
        before = [model_call(self.rewriting)] if self.rewriting else []
        tools = [
            FinishedCall(
                tool.call,
                tool.label,
                ToolResult(tool.content, tool.ok, tool.summary, tool.detail, tool.untrusted),
                tool.milliseconds,
                tool.confirmed,
                tool.sent,
            )
            for tool in self.tools
        ]
        return Transcript(calls=calls, beforehand=before, tools=tools, characters=self.characters)

    def place(self) -> Place:
        """Where the loop goes on."""
        return Place(self.number, list(self.said), Round(self.round_text, self.asked, dict(self.results)))

    def trust(self) -> Trust:
        """How far it is trusted by now."""
        trust = Trust.of(self.question, self.history)
        trust.tainted = trust.tainted or self.tainted
        trust.hosts.update(self.hosts)
        return trust

    def sources(self) -> Sources:
        """What was found for it."""
        sources = Sources()
        sources.add(self.passages)
        sources.uses += self.retrieval_uses
        return sources


_FORM = TypeAdapter(Suspended)


def read_suspended(document: Any) -> Suspended:
    """The state that was written down."""
    return _FORM.validate_python(document, strict=False)


def saved_call(call: ModelCall, usage: Usage) -> SavedCall:
    """A model's call as it is kept; `usage` counted by us where the provider did not."""
    price = call.price if isinstance(call.price, PriceSnapshot) else None
    return SavedCall(call.voice, price, call.text, usage, call.finish_reason, call.failed)


def saved_tools(calls: Sequence[FinishedCall]) -> tuple[SavedTool, ...]:
    """Tools' calls as they are kept."""
    return tuple(
        SavedTool(
            done.call,
            done.label,
            done.result.content,
            done.result.ok,
            done.result.summary,
            dict(done.result.detail),
            done.result.untrusted,
            done.milliseconds,
            done.confirmed,
            done.sent,
        )
        for done in calls
    )


def model_call(saved: SavedCall) -> ModelCall:
    """A model's call as the loop knows it."""
    return ModelCall(
        ChatRequest(()),
        saved.voice,
        saved.price,
        [saved.text] if saved.text else [],
        usage=saved.usage,
        finish_reason=saved.finish_reason,
        failed=saved.failed,
    )
