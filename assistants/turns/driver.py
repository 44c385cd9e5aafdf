"""Drives one opened turn to its end: retrieval, the loop, checked citations, and a close that always happens."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.turns.actions.close_turn import ModelUse, Outcome, TurnIdentity, close_turn
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.citations import MarkFilter, citation_items
from assistants.turns.context import build_request, prompt_size, retrieval_query
from assistants.turns.events import (
    Cited,
    MessageFinished,
    MessageStarted,
    Retrieved,
    TextAdded,
    TurnEvent,
    TurnFailed,
)
from assistants.turns.loop import Limits, LoopEvent, ModelCall, Transcript, run_turn
from assistants.turns.plan import RetrievedPassage
from kernel.db import run_db
from kernel.errors import DomainError
from kernel.registries import retriever
from providers.ports import ChatRequest, Usage
from providers.tokens import count_tokens

logger = structlog.get_logger(__name__)
DEFAULT_WINDOW = 8192


@dataclass(slots=True)
class Work:
    """What has been done so far on one turn."""

    transcript: Transcript
    passages: Sequence[RetrievedPassage] = ()
    request: ChatRequest | None = None
    marks: MarkFilter | None = None
    shown: list[str] = field(default_factory=list)

    def check(self, piece: str) -> str:
        """What of a new piece of the answer may be shown."""
        return self._shown(self.marks.feed(piece) if self.marks else piece)

    def rest(self) -> str:
        """What was held back, once the answer has ended."""
        return self._shown(self.marks.flush()) if self.marks else ""

    def _shown(self, text: str) -> str:
        if text:
            self.shown.append(text)
        return text

    def ended(self, state: str, **values: Any) -> Outcome:
        """The outcome of what was shown so far."""
        return Outcome(state=state, text="".join(self.shown), **values)


@dataclass(slots=True)
class Ending:
    """Where a driven turn notes how it ended, also for a caller whose task was cancelled."""

    outcome: Outcome | None = None


async def drive(
    opened: OpenedTurn, *, ending: Ending, limits: Limits | None = None
) -> AsyncIterator[TurnEvent]:
    """Make the answer of an opened turn; the turn is closed and metered however this ends.

    Cancelling the task that iterates stops the turn: what there is of the answer is kept as `stopped`, and
    `ending` has it.
    """
    work, state, error = Work(Transcript()), "stopped", None
    try:
        yield MessageStarted(opened.id, opened.message_id)
        if opened.plan.knowledge:
            work.passages = await _retrieve(opened)
            yield Retrieved(tuple(_described(n, p) for n, p in enumerate(work.passages, 1)))
        async for event in _answer(opened, work, limits or Limits()):
            yield event
        state = "complete"
    except DomainError as failure:
        state, error = "failed", failure
    except Exception:
        logger.exception("turn_failed", turn=opened.id)
        state, error = "failed", TurnBroke()
    finally:
        # Also on cancellation: the close is a task of its own, which the cancelled one need not outlive.
        closing = asyncio.ensure_future(_close(opened, work, state, error))
        ending.outcome = final = await asyncio.shield(closing)
    if error:
        yield TurnFailed(error.code, error.message, error.status)
    elif final.citations:
        yield Cited(tuple(final.citations))
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
        "citations": list(outcome.citations),
        "tool_calls": list(outcome.tool_calls),
        "error": {"code": outcome.error_code, "message": outcome.error_message}
        if outcome.error_code
        else None,
        "created_at": timezone.now().isoformat().replace("+00:00", "Z"),
        "usage": {"input_tokens": outcome.input_tokens, "output_tokens": outcome.output_tokens},
    }


async def _retrieve(opened: OpenedTurn) -> Sequence[RetrievedPassage]:
    query = retrieval_query(opened.question, opened.history)
    found: Sequence[RetrievedPassage] = await run_db(
        retriever.get(),
        opened.plan.knowledge,
        query,
        k=opened.plan.top_k,
        budget_tokens=opened.plan.budget_tokens,
    )
    return found


async def _answer(opened: OpenedTurn, work: Work, limits: Limits) -> AsyncIterator[LoopEvent]:
    plan = opened.plan
    if plan.grounding == "only" and not work.passages:
        # Without sources there is nothing that such an assistant may say; asking the model would invite invention.
        yield TextAdded(work.check(plan.not_enough_information))
        return
    work.request = build_request(
        plan,
        opened.question,
        history=opened.history,
        passages=work.passages,
        context_window=opened.info.context_window or DEFAULT_WINDOW,
        count=count_tokens,
        wish=opened.wish,
        language=opened.language,
    )
    if plan.citations and work.request.passages:
        work.marks = MarkFilter(len(work.request.passages))
    async for event in run_turn(
        work.request,
        model=opened.model,
        toolbox=opened.toolbox,
        transcript=work.transcript,
        limits=limits,
    ):
        if type(event) is not TextAdded:
            yield event
        elif piece := work.check(event.text):
            yield TextAdded(piece)
    if rest := work.rest():
        yield TextAdded(rest)


async def _close(opened: OpenedTurn, work: Work, state: str, error: DomainError | None) -> Outcome:
    work.rest()
    numbers = work.marks.used if work.marks else []
    text = "".join(work.shown)
    outcome = work.ended(
        state,
        citations=citation_items(text, numbers, work.passages, opened.id, settings.PUBLIC_URL),
        error_code=error.code if error else "",
        error_message=error.message if error else "",
        tool_calls=[finished.document() for finished in work.transcript.tools],
        uses=list(_uses(opened, work, state)),
        finish_reason=work.transcript.finish_reason,
    )
    await run_db(close_turn, identity=identity_of(opened), outcome=outcome)
    return outcome


def _uses(opened: OpenedTurn, work: Work, state: str) -> Iterator[ModelUse]:
    """What each call of the model is charged as."""
    for call in work.transcript.calls:
        if call.usage is None and state == "failed" and not call.written:
            continue  # refused before the first byte: nobody charges for that
        usage = call.usage or _estimated(call)
        yield ModelUse(
            opened.plan.model_id,
            opened.info.provider,
            opened.info.price,
            usage.input_tokens,
            usage.output_tokens,
            usage.estimated,
        )


def _estimated(call: ModelCall) -> Usage:
    return Usage(prompt_size(call.request, count_tokens), count_tokens(call.written), estimated=True)


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
    )


def _described(number: int, passage: RetrievedPassage) -> dict[str, Any]:
    return {
        "number": number,
        "id": passage.id,
        "document": passage.document_id,
        "title": passage.title,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "heading": passage.heading,
        "score": round(passage.score, 4),
    }
