"""Questions about turns."""

from collections.abc import Sequence
from typing import Any

from assistants.turns.models import Suspension, Turn
from assistants.turns.pausing import requires_action_document
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
        "state": turn.public_state,
        "assistant": turn.assistant_id,
        "model": turn.model_id,
        "fallback": turn.fallback is not None,
        "error": {"code": turn.error_code, "message": turn.error_message} if turn.error_code else None,
        "requires_action": asked_of(turn),
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
        "state": turn.public_state,
        "model": turn.model_id,
        "fallback": turn.fallback is not None,
        "steps": turn.steps,
        "citations": shown_citations([turn])[turn.public_id] if citations is None else list(citations),
        "tool_calls": turn.tool_calls,
        "verification": turn.verification,
        "error": {"code": turn.error_code, "message": turn.error_message} if turn.error_code else None,
        "requires_action": asked_of(turn),
        "created_at": _time(turn.created_at),
    }


def asked_of(turn: Turn) -> dict[str, Any] | None:
    """What a turn that waits wants of its person; None where it wants nothing. Call inside the scope."""
    if turn.state != Turn.State.WAITING:
        return None
    rows = Suspension.objects.for_organisation(turn.organisation_id).filter(turn=turn)
    suspension: Suspension | None = rows.defer("state").first()
    if suspension is None:
        return None
    return requires_action_document(suspension.requests, suspension.expires_at)


def _time(value: Any) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
