"""Take an assistant out of the bin."""

from assistants.building.models import Assistant
from assistants.building.queries import access_assistant
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Level, Permission, require


@entry_action
def restore_assistant(*, actor: Actor, assistant_id: str) -> Assistant:
    """Bring an assistant back. Its publication stays withdrawn until somebody publishes it again.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant in the bin.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, level=Level.OWN, deleted=True, lock=True)
    assistant.deleted_at = None
    assistant.save(update_fields=["deleted_at", "updated_at"])
    record_audit(actor, "assistant.restored", assistant)
    return assistant
