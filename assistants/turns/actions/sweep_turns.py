"""Close the turns whose process has died: every answer ends, and is metered once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.turns.actions.close_turn import ModelUse, Outcome, close_turn
from assistants.turns.actions.end_waiting import end_waiting
from assistants.turns.events import (
    Cited,
    StepsAdded,
    TextAdded,
    ToolFinished,
    VerificationStarted,
    Verified,
)
from assistants.turns.identity import identity_of_turn
from assistants.turns.journal import Entry, stored_entries
from assistants.turns.models import Turn
from assistants.turns.runtime import beat_key
from assistants.turns.steps import steps_of
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations
from providers.catalogue import PriceSnapshot
from providers.tokens import count_tokens

GRACE = timedelta(seconds=20)
BATCH = 500


def sweep_turns() -> int:
    """Close open turns that nobody makes any more, and waiting ones that nobody answered; returns how many."""
    lapsed = sum(end_waiting(turn=turn, lapsed=True) for turn in _lapsed_turns())
    return lapsed + sum(_close(turn) for turn in _open_turns() if not _is_alive(turn.runner))


def _lapsed_turns() -> list[Turn]:
    with across_organisations(reason="find turns that nobody answered in time"):
        rows = Turn.objects.across_organisations(reason="sweep").filter(
            state=Turn.State.WAITING, suspension__expires_at__lt=timezone.now()
        )
        return list(rows.order_by("created_at")[:BATCH])


def _open_turns() -> list[Turn]:
    with across_organisations(reason="find turns whose process died"):
        rows = Turn.objects.across_organisations(reason="sweep").filter(
            state__in=Turn.OPEN_STATES, created_at__lt=timezone.now() - GRACE
        )
        return list(rows.order_by("created_at")[:BATCH])


def _is_alive(runner: str) -> bool:
    return bool(runner and sync_redis().exists(beat_key(runner)))


def _close(turn: Turn) -> int:
    outcome = _left(turn, async_to_sync(stored_entries)(turn.public_id))
    return int(close_turn(identity=identity_of_turn(turn), outcome=outcome))


def _left(turn: Turn, entries: Sequence[Entry]) -> Outcome:
    """What the process has left of the answer; one that was only still being checked is whole."""
    said: dict[str, list[Any]] = defaultdict(list)
    for entry in entries:
        said[entry.name].append(entry.data)
    text = _joined(said[TextAdded.name])
    kept: dict[str, Any] = {
        "text": text,
        "steps": steps_of(_joined(said[StepsAdded.name])),
        "tool_calls": said[ToolFinished.name],
        "citations": [item for data in said[Cited.name] for item in data["items"]],
        "verification": said[Verified.name][-1] if said[Verified.name] else None,
        "uses": [_use(turn, text)],
    }
    if VerificationStarted.name in said:
        return Outcome(state=Turn.State.COMPLETE, **kept)
    return Outcome(
        state=Turn.State.FAILED,
        error_code="interrupted",
        error_message=_(
            "The server was interrupted while it answered. What there is was kept; ask again for the rest."
        ),
        **kept,
    )


def _joined(pieces: Sequence[dict[str, Any]]) -> str:
    return "".join(piece["text"] for piece in pieces)


def _use(turn: Turn, text: str) -> ModelUse:
    note = dict(turn.price or {})
    provider = str(note.pop("provider", ""))
    price = PriceSnapshot(**note) if note else None
    return ModelUse(turn.model_id, provider, price, turn.prompt_tokens, count_tokens(text), estimated=True)
