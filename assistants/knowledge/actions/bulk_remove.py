"""Take several sources away at once, and bring them back together."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import source_rows
from assistants.knowledge.room import guard_room
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def remove_sources(*, actor: Actor, source_set: SourceSet, source_ids: Sequence[str]) -> list[Source]:
    """Remove sources, and what they hold, from the draft; all of them get the same `removed_at`.

    Published versions keep the documents that they were published with. Ids that the set does not have are passed over:
    somebody else may have removed one meanwhile.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has none of them.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    chosen = Q(public_id__in=source_ids) | Q(parent__public_id__in=source_ids)
    rows = source_rows(source_set).filter(chosen).select_for_update(of=("self",)).order_by("pk")
    return _move(actor, list(rows), timezone.now(), "source.removed")


@entry_action
def restore_sources(*, actor: Actor, source_set: SourceSet, removed_at: datetime) -> list[Source]:
    """Bring back the sources of a set that were removed together, at this moment.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: none was.
        FilesFull, BytesFull, PassagesFull: the organisation may not keep so much.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    rows = Source.objects.for_organisation(actor.organisation).select_related("document")
    removed = rows.filter(source_set=source_set, removed_at=removed_at)
    sources = list(removed.select_for_update(of=("self",)).order_by("pk"))
    documents = [source.document for source in sources if source.document is not None]
    guard_room(
        actor.organisation,
        files=len(documents),
        bytes=sum(document.size for document in documents),
        passages=sum(document.passages for document in documents),
    )
    return _move(actor, sources, None, "source.restored")


def _move(actor: Actor, sources: list[Source], removed_at: datetime | None, action: str) -> list[Source]:
    if not sources:
        raise NotFound
    for source in sources:
        source.removed_at = removed_at
    Source.objects.for_organisation(actor.organisation).bulk_update(sources, ["removed_at"], batch_size=500)
    whole = [source for source in sources if source.parent_id is None] or sources
    for source in whole:
        record_audit(actor, action, source)
    return whole
