"""Show another version of a question or an answer."""

from assistants.chat.models import Conversation
from assistants.chat.queries import access_conversation, all_messages, newest_leaf
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor


@entry_action
def show_branch(*, actor: Actor, conversation_id: str, message_id: str) -> Conversation:
    """Make the newest branch through a message the one that the conversation shows.

    Raises:
        NotFound: the actor has no such conversation or message.
    """
    conversation = access_conversation(actor, conversation_id, lock=True)
    messages = all_messages(conversation)
    chosen = next((m for m in messages if m.public_id == message_id), None)
    if chosen is None:
        raise NotFound
    conversation.leaf = newest_leaf(messages, chosen)
    conversation.save(update_fields=["leaf"])
    return conversation
