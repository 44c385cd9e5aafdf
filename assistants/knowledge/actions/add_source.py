"""What adding a file, a text and a page have in common."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.actions.retry_source import restart_document
from assistants.knowledge.files import StoredFile
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import twin_of
from assistants.knowledge.room import guard_room
from kernel.actions import assert_in_action
from organisations.actors import Actor
from organisations.audit import record_audit


@dataclass(frozen=True, slots=True)
class Added:
    """The source that was added, or recognised; `note` is a sentence where there is something to know."""

    source: Source
    note: str = ""


def add_source(actor: Actor, source_set: SourceSet, *, type: str, stored: StoredFile) -> Added:
    """Record a stored file as a source and queue it; the same bytes in the same set give the source that is there."""
    assert_in_action()
    # Two uploads of the same file at once become one source: they wait for each other here.
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    if twin := twin_of(source_set, stored.sha256):
        return _recognised(twin)
    source = Source.objects.create(
        organisation=actor.organisation, source_set=source_set, type=type, name=stored.name
    )
    add_document(source, stored)
    record_audit(actor, "source.added", source, type=type)
    return Added(source)


def add_document(source: Source, stored: StoredFile) -> Document:
    """Make a stored file the newest document of a source, and queue it.

    Raises:
        FilesFull, BytesFull: the organisation may not keep so much.
    """
    before = source.document
    guard_room(source.organisation, files=not before, bytes=stored.size - (before.size if before else 0))
    document: Document = Document.objects.create(
        organisation_id=source.organisation_id,
        source_set_id=source.source_set_id,
        source=source,
        name=stored.name,
        format=stored.format.name,
        media_type=stored.format.media_type,
        sha256=stored.sha256,
        size=stored.size,
        storage_key=stored.key,
        done=stored.size,
        total=stored.size,
    )
    source.document, source.name = document, stored.name
    source.save(update_fields=["document", "name"])
    queue_document(document)
    return document


def _recognised(twin: Source) -> Added:
    if twin.document and twin.document.state == Document.State.FAILED:
        restart_document(twin.document)
    return Added(
        twin, _("This file is here already, as %(name)s. Nothing was added twice.") % {"name": twin.name}
    )
