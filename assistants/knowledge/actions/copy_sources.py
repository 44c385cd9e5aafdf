"""Give one source set what another one holds."""

from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.files import StoredFile
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import SharedSource, Source, SourceAudience, SourceSet
from assistants.knowledge.sharing import origins, shared_with
from kernel.actions import assert_in_action
from organisations.actors import Actor

# A copy is looked at for itself: what its origin's server said of the content is as true of it.
_COPIED = (
    "type",
    "name",
    "url",
    "settings",
    "tags",
    "metadata",
    "showing",
    "restricted",
    "sync_every",
    "sync_at",
    "synced_at",
    "etag",
    "last_modified",
    "changed_at",
)

_CONNECTED = frozenset({"connection", "_profile", "_user", "_run", "_progress"})


def copy_sources(*, actor: Actor, origin: SourceSet, target: SourceSet) -> int:
    """Copy the sources of a set into another set of the same organisation, in the open transaction; returns how many.

    The bytes are stored once for both. Reading them again is quick: the workers find paragraphs and vectors of the same
    bytes and take them over. A page that was never fetched is left out. What the set shares with an assistant that the
    actor may look into is shared by the copy too.

    Raises:
        FilesFull, BytesFull: the organisation may not keep so much.
    """
    assert_in_action()
    rows = Source.objects.for_organisation(origin.organisation_id).filter(source_set=origin, removed_at=None)
    made: dict[int, Source] = {}
    # Parents were there before what they hold.
    for source in rows.select_related("document").order_by("pk"):
        document = source.document
        if not source.gathers and (document is None or not document.storage_key):
            continue
        parent = made.get(source.parent_id) if source.parent_id else None
        if source.parent_id and parent is None:
            continue
        made[source.pk] = _copy(source, target, parent)
    _copy_shares(actor, origin, target)
    return sum(1 for copy in made.values() if copy.parent_id is None)


def _copy(source: Source, target: SourceSet, parent: Source | None) -> Source:
    copy: Source = Source.objects.create(
        organisation_id=source.organisation_id,
        source_set=target,
        parent=parent,
        **{name: getattr(source, name) for name in _COPIED},
    )
    if source.type == Source.Type.CONNECTOR:
        _unconnect(copy)
    audience = SourceAudience.objects.for_organisation(source.organisation_id)
    groups = audience.filter(source=source).values_list("group_id", flat=True)
    audience.bulk_create(
        SourceAudience(organisation_id=source.organisation_id, source=copy, group_id=group)
        for group in groups
    )
    if document := source.document:
        format_ = BY_NAME[document.format]
        add_document(
            copy, StoredFile(source.name, format_, document.sha256, document.size, document.storage_key)
        )
    return copy


def _unconnect(copy: Source) -> None:
    """Nobody's account reads on for a copy that somebody else may have made: whoever looks after it connects their own."""
    own = {name: value for name, value in copy.settings.items() if name not in _CONNECTED}
    copy.settings, copy.sync_at, copy.sync_error = own, None, "connection_missing"
    copy.save(update_fields=["settings", "sync_at", "sync_error"])


def _copy_shares(actor: Actor, origin: SourceSet, target: SourceSet) -> None:
    shared = list(shared_with(origin))
    known = origins(actor, origin, shared)
    SharedSource.objects.for_organisation(origin.organisation_id).bulk_create(
        SharedSource(organisation_id=origin.organisation_id, source_set=target, source=source)
        for source in shared
        if known.get(source.pk)
    )
