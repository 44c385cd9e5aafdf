"""Take back that an operation may be called in a conversation without asking."""

from assistants.actions.models import AlwaysAllow
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def withdraw_always(*, actor: Actor, thread_id: str, action_id: str, operation: str) -> None:
    """Ask the actor again from the next call on.

    Args:
        thread_id: of a conversation of the actor's own. operation: its key.

    Raises:
        NotFound: it is not allowed there.
    """
    require(actor, Permission.USE_ASSISTANTS)
    rows = AlwaysAllow.objects.for_organisation(actor.organisation).filter(
        user_id=actor.user_id, thread_id=thread_id, action_id=action_id, operation=operation
    )
    gone, _by_model = rows.delete()
    if not gone:
        raise NotFound
