"""Give a conversation another title."""

from django.utils.translation import gettext_lazy as _

from assistants.chat.models import Conversation
from assistants.chat.queries import access_conversation
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor

TITLE_LENGTH = 120


@entry_action
def rename_conversation(*, actor: Actor, conversation_id: str, title: str) -> Conversation:
    """Set the title of one of the actor's conversations.

    Raises:
        NotFound: the actor has no such conversation.
        InvalidInput: the title is empty.
    """
    conversation = access_conversation(actor, conversation_id, lock=True)
    conversation.title = " ".join(title.split())[:TITLE_LENGTH]
    if not conversation.title:
        raise InvalidInput.on("title", "required", _("A conversation needs a title."))
    conversation.save(update_fields=["title"])
    return conversation
