"""Take a source away from what an assistant knows, and bring it back."""

from django.utils import timezone

from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import access_source
from assistants.knowledge.room import guard_room
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def remove_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Remove a source from the draft. Published versions keep the documents that they were published with.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True)
    source.removed_at = timezone.now()
    source.save(update_fields=["removed_at"])
    record_audit(actor, "source.removed", source)
    return source


@entry_action
def restore_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Undo a removal.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such removed source.
        FilesFull, BytesFull, PassagesFull: the organisation may not keep so much.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True, removed=True)
    if document := source.document:
        guard_room(actor.organisation, files=1, bytes=document.size, passages=document.passages)
    source.removed_at = None
    source.save(update_fields=["removed_at"])
    record_audit(actor, "source.restored", source)
    return source
