"""Questions about turns."""

from collections.abc import Sequence
from typing import Any

from assistants.turns.models import Turn
from assistants.turns.showing import shown_citations
from kernel.errors import NotFound
from organisations.actors import Actor


def access_turn(actor: Actor, turn_id: str) -> Turn:
    """A turn of the actor's own; call inside the organisation's scope.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = Turn.objects.for_organisation(actor.organisation).filter(public_id=turn_id)
    # A machine has no name in a turn but its key's.
    own = (
        {"user_id": actor.user_id}
        if actor.user_id
        else {"user_id": None, "api_key_id": actor.api_key_id or 0}
    )
    turn = rows.filter(**own).first()
    if turn is None:
        raise NotFound
    return turn  # type: ignore[no-any-return]


def turn_document(turn: Turn) -> dict[str, Any]:
    """A turn in its public form."""
    return {
        "id": turn.public_id,
        "state": turn.state,
        "assistant": turn.assistant_id,
        "model": turn.model_id,
        "fallback": turn.fallback is not None,
        "error": {"code": turn.error_code, "message": turn.error_message} if turn.error_code else None,
        "usage": {"input_tokens": turn.input_tokens, "output_tokens": turn.output_tokens},
        "created_at": _time(turn.created_at),
        "finished_at": _time(turn.finished_at),
    }


def answer_document(turn: Turn, citations: Sequence[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A turn's answer as the message that people and clients see.

    Args:
        citations: what may be shown of them, where that is known already.
    """
    return {
        "id": turn.message_id or turn.public_id,
        "turn": turn.public_id,
        "role": "assistant",
        "text": turn.answer,
        "state": turn.state,
        "model": turn.model_id,
        "fallback": turn.fallback is not None,
        "steps": turn.steps,
        "citations": shown_citations([turn])[turn.public_id] if citations is None else list(citations),
        "tool_calls": turn.tool_calls,
        "verification": turn.verification,
        "error": {"code": turn.error_code, "message": turn.error_message} if turn.error_code else None,
        "created_at": _time(turn.created_at),
    }


def _time(value: Any) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
