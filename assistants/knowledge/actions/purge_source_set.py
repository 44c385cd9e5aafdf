"""Erase a source set for good."""

from assistants.knowledge.actions.remove_documents import remove_documents
from assistants.knowledge.models import Document, Source, SourceSet
from kernel.actions import assert_in_action


def purge_source_set(*, source_set: SourceSet) -> None:
    """Erase sources, documents, passages and vectors of a set that nothing refers to any more.

    Bytes that no other document uses are taken away later, and so is the set's own shelf, which is empty by then.
    """
    assert_in_action()
    organisation_id = source_set.organisation_id
    documents = Document.objects.for_organisation(organisation_id).filter(source_set=source_set)
    Source.objects.for_organisation(organisation_id).filter(source_set=source_set).update(document=None)
    remove_documents(organisation_id=organisation_id, documents=list(documents.values_list("pk", flat=True)))
    source_set.delete()
