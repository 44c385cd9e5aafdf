"""Give one source set what another one holds."""

from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.files import StoredFile
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Source, SourceSet
from kernel.actions import assert_in_action


def copy_sources(*, origin: SourceSet, target: SourceSet) -> int:
    """Copy the sources of a set into another set of the same organisation, in the open transaction; returns how many.

    The bytes are stored once for both. Reading them again is quick: the workers find paragraphs and vectors of the same
    bytes and take them over. A page that was never fetched is left out.
    """
    assert_in_action()
    rows = Source.objects.for_organisation(origin.organisation_id).filter(source_set=origin, removed_at=None)
    copied = 0
    for source in rows.select_related("document").order_by("pk"):
        document = source.document
        if document is None or not document.storage_key:
            continue
        made = Source.objects.create(
            organisation_id=origin.organisation_id,
            source_set=target,
            type=source.type,
            name=source.name,
            url=source.url,
        )
        format_ = BY_NAME[document.format]
        add_document(
            made, StoredFile(source.name, format_, document.sha256, document.size, document.storage_key)
        )
        copied += 1
    return copied
