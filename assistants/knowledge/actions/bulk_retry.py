"""Try several failed sources again at once."""

from collections.abc import Sequence

from django.db.models import Q

from assistants.knowledge.actions.retry_source import restart_document
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import source_rows
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def retry_sources(*, actor: Actor, source_set: SourceSet, source_ids: Sequence[str]) -> list[Source]:
    """Queue the failed ones among the sources, and among what they hold, again; the others are left alone.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has none of them.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    chosen = Q(public_id__in=source_ids) | Q(parent__public_id__in=source_ids)
    sources = list(source_rows(source_set).filter(chosen).select_for_update(of=("self",)).order_by("pk"))
    if not sources:
        raise NotFound
    failed = []
    for source in sources:
        if source.document is not None and source.document.state == Document.State.FAILED:
            restart_document(source.document)
            failed.append(source)
    return failed
