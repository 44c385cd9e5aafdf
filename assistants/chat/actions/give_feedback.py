"""Say whether an answer was good."""

from datetime import UTC
from typing import Any

from assistants.chat.models import Message
from assistants.chat.queries import access_message
from assistants.turns.models import Turn
from kernel.actions import entry_action
from kernel.errors import NotFound
from kernel.outbox import publish_event
from organisations.actors import Actor

TEXT_LENGTH = 2000


@entry_action
def give_feedback(*, actor: Actor, message_id: str, value: str, text: str = "") -> Message:
    """Keep the actor's opinion of an answer; the same again changes nothing, an empty value takes it back.

    Raises:
        NotFound: the actor has no such answer.
    """
    message = access_message(actor, message_id, lock=True)
    if message.role != Message.Role.ASSISTANT:
        raise NotFound
    before, message.feedback = message.feedback, value
    message.feedback_text = text.strip()[:TEXT_LENGTH]
    message.save(update_fields=["feedback", "feedback_text"])
    if message.turn and message.turn.publication_id and value != before:
        publish_event(actor.organisation, "answer.rated", _facts(actor, message.turn, before, value))
    return message


def _facts(actor: Actor, turn: Turn, before: str, now: str) -> dict[str, Any]:
    """Which answer of which day, and no word of it."""
    return {
        "publication": turn.publication_id,
        "version": turn.version_id,
        "day": f"{turn.created_at.astimezone(UTC):%Y-%m-%d}",
        "user": actor.user_id,
        "before": before,
        "now": now,
    }
