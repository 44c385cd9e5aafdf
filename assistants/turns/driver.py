"""Drives one opened turn to its end: retrieval, the loop, checked citations, and a close that always happens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.turns.actions.close_turn import Outcome, TurnIdentity, close_turn
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.actions.suspend_turn import suspend_turn
from assistants.turns.answerers import Answerer
from assistants.turns.citations import MarkFilter
from assistants.turns.context import build_request
from assistants.turns.events import (
    Cited,
    ComputationRequested,
    ConfirmationRequested,
    ConnectionRequested,
    MessageFinished,
    MessageStarted,
    MessageWaiting,
    Retrieved,
    StepsAdded,
    TextAdded,
    ToolFinished,
    ToolStarted,
    TurnEvent,
    TurnFailed,
)
from assistants.turns.grounding import Ground
from assistants.turns.limits import LimitReached
from assistants.turns.loop import LoopEvent, Voice, run_turn
from assistants.turns.pausing import (
    COMPUTATION,
    CONFIRMATION,
    CONNECTION,
    REQUIRES_ACTION,
    PauseRequest,
    TurnPaused,
    requires_action,
)
from assistants.turns.retrieval import Found
from assistants.turns.rewriting import Query, rewritten_query
from assistants.turns.sources import described
from assistants.turns.steps import StepsFilter
from assistants.turns.verification import verify
from assistants.turns.work import Work
from kernel.db import run_db
from kernel.errors import DomainError
from kernel.registries import retriever
from providers.tokens import count_tokens

REQUESTED: dict[str, Callable[[dict[str, Any]], TurnEvent]] = {
    CONFIRMATION: ConfirmationRequested,
    CONNECTION: ConnectionRequested,
    COMPUTATION: ComputationRequested,
}
logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Ending:
    """Where a driven turn notes how it ended, also for a caller whose task was cancelled.

    `paused`: it has not, and waits for a person.
    """

    outcome: Outcome | None = None
    paused: bool = False


async def drive(opened: OpenedTurn, *, ending: Ending) -> AsyncIterator[TurnEvent]:
    """Make the answer of an opened turn; the turn is closed and metered however this ends.

    Cancelling the task that iterates stops the turn: what there is of the answer is kept as `stopped`, and
    `ending` has it. An answer that stands already is complete, even where its check is stopped.
    """
    work, state = Work.of(opened), "stopped"
    error: DomainError | None = None
    requests: tuple[PauseRequest, ...] = ()
    try:
        if opened.resumed is None:
            yield MessageStarted(opened.id, opened.message_id)
            if opened.plan.knowledge:
                yield await _retrieve(opened, work)
        async for event in _answer(opened, work):
            yield event
        state = "complete"
        if citations := work.citations(settings.PUBLIC_URL):
            yield Cited(tuple(citations))
        if opened.plan.verification:
            async for checked in verify(work):
                yield checked
    except TurnPaused as paused:
        for piece in work.pause_whole():
            yield piece
        # Written down whatever happens to this task now: the requests stand already.
        requests = paused.requests
        ending.paused = await asyncio.shield(asyncio.ensure_future(_suspend(opened, work, requests)))
    except LimitReached as limit:
        for piece in work.rest(whole=False):
            yield piece
        # What was said before the limit was reached is an answer, if a short one.
        state, error = ("stopped" if work.shown else "failed"), limit
    except DomainError as failure:
        state, error = "failed", failure
    except Exception:
        logger.exception("turn_failed", turn=opened.id)
        state, error = "failed", TurnBroke()
    finally:
        if not ending.paused:
            # Also on cancellation: the close is a task of its own, which the cancelled one need not outlive.
            closing = asyncio.ensure_future(_close(opened, work, state, error))
            ending.outcome = await asyncio.shield(closing)
    if ending.paused:
        for asked in _asked(opened, work, requests):
            yield asked
        return
    final = ending.outcome
    assert final is not None
    if error and state == "failed":
        yield TurnFailed(error.code, error.message, error.status)
    yield MessageFinished(message_document(opened, final))


class TurnBroke(DomainError):
    code = "internal_error"
    status = 500
    user_message = _("Something failed on our side. Your question is kept; try again.")


def message_document(opened: OpenedTurn, outcome: Outcome) -> dict[str, Any]:
    """The answer in its public form."""
    return {
        "id": opened.message_id,
        "turn": opened.id,
        "role": "assistant",
        "text": outcome.text,
        "state": outcome.state,
        "model": outcome.model_id or opened.info.id,
        "fallback": outcome.fallback is not None,
        "steps": list(outcome.steps),
        "citations": list(outcome.citations),
        "tool_calls": list(outcome.tool_calls),
        "verification": outcome.verification,
        "error": {"code": outcome.error_code, "message": outcome.error_message}
        if outcome.error_code
        else None,
        "requires_action": None,
        "created_at": timezone.now().isoformat().replace("+00:00", "Z"),
        "usage": {"input_tokens": outcome.input_tokens, "output_tokens": outcome.output_tokens},
    }


async def _retrieve(opened: OpenedTurn, work: Work) -> Retrieved:
    query: Query = await rewritten_query(work)
    found: Found = await retriever.get()(opened.plan.knowledge, query.text, opened.plan.knobs)
    opened.sources.add(found.passages)
    opened.sources.uses += found.uses
    shown = tuple(described(n, passage) for n, passage in enumerate(found.passages, 1))
    return Retrieved(shown, query.text, query.made_by, found.notes)


async def _answer(opened: OpenedTurn, work: Work) -> AsyncIterator[LoopEvent]:
    plan = opened.plan
    if plan.grounding == "only" and not opened.sources and not plan.actions:
        # Without sources there is nothing that such an assistant may say; asking the model would invite invention.
        yield TextAdded(work.check(plan.not_enough_information))
        return
    if opened.resumed:
        voice = _voice(opened, work.answered_by, work.shown_passages)
    else:
        voice = _voice(opened, opened.answerer)
        work.shown_passages = shown = len(voice.request.passages)
        opened.sources.keep(shown)
        if plan.citations and (shown or opened.toolbox):
            work.marks = MarkFilter(shown)
        if plan.show_steps:
            work.steps = StepsFilter()
    fallback = opened.fallback

    def stand_in() -> Voice:
        assert fallback is not None
        work.answered_by = fallback
        return _voice(opened, fallback, work.shown_passages)

    ground = Ground(opened, work.transcript)
    async for event in run_turn(
        voice,
        toolbox=opened.toolbox,
        transcript=work.transcript,
        limits=plan.limits,
        fallback=stand_in if fallback and work.place.number == 0 else None,
        place=work.place,
    ):
        if type(event) is not TextAdded:
            for other in _beside(event, work):
                yield other
        elif text := ground.take(event.text):
            for part in _said(text, work):
                yield part
    if not ground.firm:
        yield TextAdded(work.check(plan.not_enough_information))
    for rest in work.rest(whole=True):
        yield rest


def _said(text: str, work: Work) -> Iterable[TextAdded | StepsAdded]:
    """What a piece of a model's text adds to what is shown."""
    if work.steps:
        return work.split(text)
    piece = work.check(text)
    return [TextAdded(piece)] if piece else []


def _beside(event: LoopEvent, work: Work) -> list[LoopEvent]:
    """What is shown when something other than text happens in the loop."""
    if type(event) is StepsAdded:
        work.told.append(event.text)
    elif type(event) is ToolStarted:
        return [*work.pause(), event]
    elif type(event) is ToolFinished and work.marks:
        work.marks.sources = len(work.opened.sources)  # a search may have added to them
    return [event]


def _voice(opened: OpenedTurn, answerer: Answerer, shown: int | None = None) -> Voice:
    request = build_request(
        opened.plan,
        opened.question,
        history=opened.history,
        passages=opened.sources[:shown],
        context_window=answerer.window,
        count=count_tokens,
        wish=opened.wish,
        language=opened.plan.language or opened.language,
    )
    info = answerer.info
    return Voice(
        answerer.model,
        request,
        calls_tools=answerer.calls_tools,
        price=info.price,
        max_output=info.max_output,
    )


async def _suspend(opened: OpenedTurn, work: Work, requests: tuple[PauseRequest, ...]) -> bool:
    """Write down how far the turn is; False where it was ended meanwhile."""
    return await run_db(
        suspend_turn,
        organisation_id=opened.organisation_id,
        turn_id=opened.id,
        state=work.suspended().document(),
        requests=requests,
        answer=work.text if opened.keep_text else "",
        tool_calls=[finished.document() for finished in work.transcript.tools],
    )


def _asked(opened: OpenedTurn, work: Work, requests: tuple[PauseRequest, ...]) -> list[TurnEvent]:
    """What those who watch a turn that begins to wait are told."""
    events: list[TurnEvent] = [REQUESTED[request.kind](dict(request.document)) for request in requests]
    outcome = Outcome(
        state=REQUIRES_ACTION,
        text=work.text,
        steps=work.step_list(),
        tool_calls=[finished.document() for finished in work.transcript.tools],
        model_id=work.answered_by.info.id,
        fallback=_fallback_note(work.answered_by),
    )
    message = message_document(opened, outcome) | {"requires_action": requires_action(requests)}
    return [*events, MessageWaiting(message)]


async def _close(opened: OpenedTurn, work: Work, state: str, error: DomainError | None) -> Outcome:
    for _piece in work.rest(whole=False):
        pass
    uses, answerer = list(work.uses(state)), work.answered_by
    outcome = Outcome(
        state=state,
        text=work.text,
        steps=work.step_list(),
        citations=work.citations(settings.PUBLIC_URL),
        error_code=error.code if error else "",
        error_message=error.message if error else "",
        tool_calls=[finished.document() for finished in work.transcript.tools],
        verification=work.verification,
        model_id=answerer.info.id,
        fallback=_fallback_note(answerer),
        uses=uses,
        finish_reason="length" if isinstance(error, LimitReached) else work.transcript.finish_reason,
    )
    await run_db(close_turn, identity=identity_of(opened), outcome=outcome)
    return outcome


def _fallback_note(answerer: Answerer) -> dict[str, str] | None:
    """Who answered instead of whom, in ids and names."""
    if answerer.instead_of is None:
        return None
    model, name = answerer.instead_of
    return {"name": answerer.info.name, "instead_of": model, "instead_of_name": name}


def identity_of(opened: OpenedTurn) -> TurnIdentity:
    """Whose turn it is and what it is charged to."""
    return TurnIdentity(
        id=opened.id,
        organisation_id=opened.organisation_id,
        product=opened.plan.assistant_id,
        product_name=opened.plan.assistant_name,
        user_id=opened.user_id,
        api_key_id=opened.api_key_id,
        keep_text=opened.keep_text,
        earner_id=opened.plan.earner_of(opened.organisation_id),
    )
