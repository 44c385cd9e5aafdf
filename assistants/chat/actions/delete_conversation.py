"""Delete a conversation; it can be brought back for a while."""

from django.utils import timezone

from assistants.actions.actions.forget_files import hide_files
from assistants.chat.models import Conversation
from assistants.chat.queries import access_conversation
from kernel.actions import entry_action
from kernel.errors import NotFound
from kernel.outbox import publish_event
from organisations.actors import Actor


@entry_action
def delete_conversation(*, actor: Actor, conversation_id: str) -> Conversation:
    """Take one of the actor's conversations away; what is still being answered there ends.

    Raises:
        NotFound: the actor has no such conversation.
    """
    conversation = access_conversation(actor, conversation_id, lock=True)
    conversation.deleted_at = timezone.now()
    conversation.save(update_fields=["deleted_at"])
    hide_files(actor=actor, thread_id=conversation.public_id, hidden=True)
    publish_event(actor.organisation, "conversation.deleted", {"conversation": conversation.public_id})
    return conversation


@entry_action
def restore_conversation(*, actor: Actor, conversation_id: str) -> Conversation:
    """Bring back a conversation that the actor has deleted.

    Raises:
        NotFound: the actor has deleted no such conversation.
    """
    rows = Conversation.objects.for_organisation(actor.organisation).filter(
        user_id=actor.user_id, public_id=conversation_id
    )
    conversation = rows.select_for_update(of=("self",)).first()
    if conversation is None:
        raise NotFound
    conversation.deleted_at = None
    conversation.save(update_fields=["deleted_at"])
    hide_files(actor=actor, thread_id=conversation.public_id, hidden=False)
    return conversation  # type: ignore[no-any-return]
