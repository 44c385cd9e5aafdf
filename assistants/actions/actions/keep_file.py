"""Write down a file that came with an answer, or that a tool made."""

from assistants.actions.models import ActionFile
from assistants.turns.tools import TurnContext
from kernel.ids import new_public_id
from kernel.tenancy import tenant_scope


def keep_file(
    *, context: TurnContext, maker: str, host: str, name: str, mime_type: str, size: int
) -> ActionFile:
    """Save its row in a transaction of its own; its bytes are stored afterwards, under the key that the row names.

    Args:
        maker: the action or the tool that it came from, as people read it. host: where it came from; empty for our own tools.
    """
    actor = context.actor
    public_id = new_public_id("file_")
    with tenant_scope(actor.organisation, durable=True):
        made: ActionFile = ActionFile.objects.create(
            organisation=actor.organisation,
            public_id=public_id,
            user=actor.user,
            api_key_id=actor.api_key_id,
            turn_id=context.turn_id,
            thread_id=context.thread_id,
            action_name=maker[:120],
            host=host[:255],
            name=name,
            mime_type=mime_type,
            size=size,
            storage_key=f"actions/{actor.organisation.public_id}/{public_id}",
        )
    return made
