"""Erase a source set for good."""

from django.db import connection

from assistants.knowledge.models import Document, Source, SourceSet
from kernel.actions import assert_in_action

_TABLES = ("knowledge_passagevector", "knowledge_passage", "knowledge_documentpage")


def purge_source_set(*, source_set: SourceSet) -> None:
    """Erase sources, documents, passages and vectors of a set that nothing refers to any more."""
    assert_in_action()
    documents = Document.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    keys = list(documents.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE document_id = ANY(%s)", [keys])  # noqa: S608
    Source.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set).update(
        document=None
    )
    documents.delete()
    source_set.delete()
