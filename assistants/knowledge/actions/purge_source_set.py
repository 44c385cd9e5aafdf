"""Erase a set of sources for good."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from assistants.knowledge.models import Document, DocumentPage, Passage, PassageVector, SourceSet
from kernel.actions import assert_in_action


def purge_source_set(*, source_set: SourceSet) -> None:
    """Erase a set with its sources, documents, passages and, where no other set holds the same bytes, their files."""
    assert_in_action()
    organisation = source_set.organisation_id
    documents = Document.objects.for_organisation(organisation).filter(source_set=source_set)
    keys = set(documents.exclude(storage_key="").values_list("storage_key", flat=True))
    PassageVector.objects.for_organisation(organisation).filter(source_set=source_set).delete()
    for model in (Passage, DocumentPage):
        model.objects.for_organisation(organisation).filter(document__source_set=source_set).delete()
    source_set.delete()
    others = Document.objects.for_organisation(organisation).filter(storage_key__in=keys)
    for key in keys - set(others.values_list("storage_key", flat=True)):
        transaction.on_commit(partial(default_storage.delete, key), robust=True)
