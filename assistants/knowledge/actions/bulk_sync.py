"""Look at the origins of several sources at once."""

from collections.abc import Sequence

from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import source_rows
from assistants.knowledge.source_kinds import kind_of
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def sync_sources(*, actor: Actor, source_set: SourceSet, source_ids: Sequence[str]) -> list[Source]:
    """Have the workers look at the origins of those of the sources that have one; the others are left alone.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has none of them.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    rows = source_rows(source_set).filter(public_id__in=source_ids)
    sources = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not sources:
        raise NotFound
    looked_at = [source for source in sources if kind_of(source).look is not None]
    for source in looked_at:
        request_look(source)
        record_audit(actor, "source.synced", source)
    return looked_at
