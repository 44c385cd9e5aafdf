"""Say whether an answer was good."""

from assistants.chat.models import Message
from assistants.chat.queries import access_message
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor

TEXT_LENGTH = 2000


@entry_action
def give_feedback(*, actor: Actor, message_id: str, value: str, text: str = "") -> Message:
    """Keep the actor's opinion of an answer; the same again changes nothing, an empty value takes it back.

    Raises:
        NotFound: the actor has no such answer.
    """
    message = access_message(actor, message_id)
    if message.role != Message.Role.ASSISTANT:
        raise NotFound
    message.feedback = value
    message.feedback_text = text.strip()[:TEXT_LENGTH]
    message.save(update_fields=["feedback", "feedback_text"])
    return message
