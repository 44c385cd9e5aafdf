"""What one turn has come to so far: what was asked, what was shown, and what it is charged as."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistants.turns.actions.close_turn import ModelUse
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.answerers import Answerer
from assistants.turns.citations import MarkFilter, citation_items
from assistants.turns.context import prompt_size
from assistants.turns.events import StepsAdded, TextAdded
from assistants.turns.loop import ModelCall, Place, Transcript
from assistants.turns.steps import Piece, StepsFilter, steps_of
from assistants.turns.suspension import Suspended, model_call, saved_call, saved_tools
from providers.ports import Usage
from providers.tokens import count_tokens


@dataclass(slots=True)
class Work:
    """What has been done so far on one turn.

    Attributes:
        marks: checks the citations; steps: tells the steps from the answer. None where the assistant has neither.
        shown: what of the answer was shown; told: what of the steps a model said by itself.
        answered_by: the model that answers now.
        rewriting: the model's call that made the question stand alone.
        checking: the model's call that holds the answer against its sources.
        place: how far the loop has come. shown_passages: how many passages the model was given with the question.
        stretch: how often the turn has waited for a person so far.
    """

    opened: OpenedTurn
    answered_by: Answerer
    transcript: Transcript = field(default_factory=Transcript)
    marks: MarkFilter | None = None
    steps: StepsFilter | None = None
    shown: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    rewriting: ModelCall | None = None
    checking: ModelCall | None = None
    verification: dict[str, Any] | None = None
    place: Place = field(default_factory=Place)
    shown_passages: int = 0
    stretch: int = 0

    @classmethod
    def of(cls, opened: OpenedTurn) -> "Work":
        """What has been done on an opened turn: nothing yet, or what was done before it waited."""
        before = opened.resumed
        if before is None:
            return cls(opened, opened.answerer)
        answered_by = opened.fallback if before.number == 1 and opened.fallback else opened.answerer
        work = cls(opened, answered_by, before.transcript(), place=before.place())
        work.shown = [before.shown] if before.shown else []
        work.told = [before.told] if before.told else []
        work.shown_passages, work.stretch = before.shown_passages, before.stretch
        if before.rewriting:
            work.rewriting = model_call(before.rewriting)
        plan = opened.plan
        if plan.citations and (opened.sources or opened.toolbox):
            work.marks = MarkFilter(len(opened.sources), before.used_marks)
        if plan.show_steps:
            work.steps = StepsFilter(before.steps, answered=bool(before.shown))
        return work

    def suspended(self) -> Suspended:
        """It, to be written down while a person is waited for."""
        opened, place, round_ = self.opened, self.place, self.place.round
        assert round_ is not None
        counted = [call for call in self.transcript.calls if call.usage or call.written or not call.failed]
        return Suspended(
            question=opened.question,
            history=tuple(opened.history),
            wish=opened.wish,
            language=opened.language,
            surface=opened.surface,
            actions=opened.plan.actions,
            number=place.number,
            said=tuple(place.said),
            round_text=round_.text,
            asked=round_.asked,
            results=round_.results,
            calls=tuple(saved_call(call, call.usage or _estimated(call)) for call in counted),
            rewriting=saved_call(self.rewriting, self.rewriting.usage or _estimated(self.rewriting))
            if self.rewriting
            else None,
            tools=saved_tools(self.transcript.tools),
            characters=self.transcript.characters,
            passages=tuple(opened.sources),
            shown_passages=self.shown_passages,
            retrieval_uses=tuple(opened.sources.uses),
            shown=self.text,
            told="".join(self.told),
            steps=self.steps.text if self.steps else "",
            used_marks=tuple(self.marks.used) if self.marks else (),
            tainted=opened.trust.tainted,
            hosts=tuple(sorted(opened.trust.hosts)),
            uses=tuple(self.uses("stopped")),
            stretch=self.stretch + 1,
            declined=tuple(sorted(opened.declined)),
            computed=opened.resumed.computed if opened.resumed else {},
        )

    @property
    def text(self) -> str:
        """The answer as it was shown."""
        return "".join(self.shown)

    def check(self, piece: str) -> str:
        """What of a new piece of the answer may be shown."""
        return self._shown(self.marks.feed(piece) if self.marks else piece)

    def split(self, text: str) -> Iterator[TextAdded | StepsAdded]:
        """What a new piece of a model's text adds to the steps and to the answer."""
        assert self.steps is not None
        return self._told(self.steps.feed(text))

    def pause(self) -> Iterator[TextAdded | StepsAdded]:
        """What was held back when a model goes over to its tools, after which it begins anew."""
        if self.steps:
            yield from self._told(self.steps.flush(whole=False))
            self.steps.restart()

    def pause_whole(self) -> Iterator[TextAdded | StepsAdded]:
        """What was held back when the turn begins to wait for a person."""
        yield from self.pause()
        if self.marks and (rest := self._shown(self.marks.flush())):
            yield TextAdded(rest)

    def rest(self, *, whole: bool) -> Iterator[TextAdded | StepsAdded]:
        """What was held back, once the answer has ended; `whole` where the model came to its own end."""
        if self.steps:
            yield from self._told(self.steps.flush(whole=whole))
        if self.marks and (rest := self._shown(self.marks.flush())):
            yield TextAdded(rest)

    def step_list(self) -> list[str]:
        """The steps one by one."""
        written = self.steps.text if self.steps else ""
        return steps_of("\n".join(filter(None, ("".join(self.told), written))))

    def citations(self, base_url: str) -> list[dict[str, Any]]:
        """The citations that the answer uses."""
        if not self.marks:
            return []
        opened = self.opened
        return citation_items(self.text, self.marks.used, opened.sources, opened.id, base_url)

    def uses(self, state: str) -> Iterator[ModelUse]:
        """What each call of a model is charged as."""
        if self.rewriting and not self.rewriting.failed:
            yield _use(self.rewriting, self.opened.answerer, "rewriting")
        for spent in self.opened.sources.uses:
            yield ModelUse(
                spent.model,
                spent.provider,
                spent.price,
                spent.tokens,
                spent.written,
                spent.estimated,
                spent.kind,
                quantity=spent.quantity,
                unit=spent.unit,
                unit_price=spent.unit_price,
            )
        answerers = (self.opened.answerer, self.opened.fallback)
        for call in self.transcript.calls:
            if call.usage is None and not call.written and (call.failed or state == "failed"):
                continue  # refused before the first byte: nobody charges for that
            answerer = answerers[call.voice] or self.answered_by
            yield _use(call, answerer)
        if self.checking and not self.checking.failed:
            yield _use(self.checking, self.answered_by, "verification")

    def _told(self, pieces: list[Piece]) -> Iterator[TextAdded | StepsAdded]:
        for piece in pieces:
            if piece.step:
                yield StepsAdded(piece.text)
            elif text := self.check(piece.text):
                yield TextAdded(text)

    def _shown(self, text: str) -> str:
        if text:
            self.shown.append(text)
        return text


def _use(call: ModelCall, answerer: Answerer, kind: str = "chat") -> ModelUse:
    usage = call.usage or _estimated(call)
    return ModelUse(
        answerer.info.id,
        answerer.info.provider,
        answerer.price,
        usage.input_tokens,
        usage.output_tokens,
        usage.estimated,
        kind,
        usage.cached_tokens,
        usage.reasoning_tokens,
    )


def _estimated(call: ModelCall) -> Usage:
    return Usage(prompt_size(call.request, count_tokens), count_tokens(call.written), estimated=True)
