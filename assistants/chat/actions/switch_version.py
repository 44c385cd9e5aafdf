"""Let a conversation go on with the version that is live now."""

from assistants.building.plans import plan_for_publication
from assistants.chat.models import Conversation
from assistants.chat.pins import keep_version
from assistants.chat.queries import access_conversation
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def switch_version(*, actor: Actor, conversation_id: str) -> Conversation:
    """Leave the version that a conversation began with, for the one that it would get if it began now.

    Raises:
        NotFound: the actor has no such conversation.
        PublicationUnavailable: the assistant was withdrawn.
    """
    require(actor, Permission.USE_ASSISTANTS)
    conversation = access_conversation(actor, conversation_id, lock=True)
    plan = plan_for_publication(actor, conversation.reference, used_before=True)
    conversation.save(update_fields=keep_version(conversation, plan))
    return conversation
