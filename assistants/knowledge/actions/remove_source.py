"""Take a source away from what an assistant knows, and bring it back."""

from django.utils import timezone

from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import access_source
from assistants.knowledge.room import guard_room
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def remove_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Remove a source from the draft, with the sources that it holds. Published versions keep what they were published with.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True)
    take_away(actor, source)
    return source


def take_away(actor: Actor, source: Source) -> None:
    """Remove a source with what it holds, in the open transaction."""
    assert_in_action()
    now = timezone.now()
    children = Source.objects.for_organisation(source.organisation_id).filter(parent=source, removed_at=None)
    children.update(removed_at=now)
    source.removed_at = now
    source.save(update_fields=["removed_at"])
    record_audit(actor, "source.removed", source)


@entry_action
def restore_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Undo a removal, and that of the sources which went with it.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such removed source.
        FilesFull, BytesFull, PassagesFull: the organisation may not keep so much.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    source = access_source(source_set, source_id, lock=True, removed=True)
    # What went with it comes back with it; what was removed before stays away.
    rows = Source.objects.for_organisation(source.organisation_id).select_related("document")
    children = rows.filter(parent=source, removed_at=source.removed_at)
    documents = [one.document for one in (source, *children) if one.document]
    guard_room(
        actor.organisation,
        files=len(documents),
        bytes=sum(document.size for document in documents),
        passages=sum(document.passages for document in documents),
    )
    children.update(removed_at=None)
    source.removed_at = None
    source.save(update_fields=["removed_at"])
    record_audit(actor, "source.restored", source)
    return source
