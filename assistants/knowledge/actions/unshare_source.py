"""Have an assistant no longer answer from a source of another one."""

from assistants.knowledge.models import SharedSource, Source, SourceSet
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def unshare_source(*, actor: Actor, source_set: SourceSet, source_id: str) -> Source:
    """Take a shared source out of the draft. It stays what it is where it comes from, and in published versions.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set shares no such source.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    rows = SharedSource.objects.for_organisation(actor.organisation).select_related("source")
    share: SharedSource | None = rows.filter(source_set=source_set, source__public_id=source_id).first()
    if share is None:
        raise NotFound
    source: Source = share.source
    share.delete()
    record_audit(actor, "source.unshared", source, set=source_set.public_id)
    return source
