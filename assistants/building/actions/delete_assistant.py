"""Put an assistant into the bin."""

from django.utils import timezone

from assistants.building.actions.unpublish import end_publication
from assistants.building.models import Assistant
from assistants.building.queries import access_assistant, publication_of
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Level, Permission, require


@entry_action
def delete_assistant(*, actor: Actor, assistant_id: str) -> Assistant:
    """Put an assistant into the bin for 30 days; nobody can use it from now on.

    Raises:
        PermissionDenied: the actor may not build; or others use it and the actor may not publish.
        NotFound: the organisation has no such assistant.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, level=Level.OWN, lock=True)
    publication = publication_of(assistant, lock=True)
    if publication is not None:
        end_publication(actor=actor, publication=publication)
    assistant.deleted_at = timezone.now()
    assistant.save(update_fields=["deleted_at", "updated_at"])
    record_audit(actor, "assistant.deleted", assistant)
    return assistant
