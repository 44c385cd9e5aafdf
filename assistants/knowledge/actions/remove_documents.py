"""Erase documents for good, with everything that was made of them."""

from collections.abc import Sequence

from django.db import connection

from assistants.knowledge.models import Document
from assistants.knowledge.shelves.lock import write_on_shelf
from kernel.actions import assert_in_action

_TABLES = (
    "knowledge_passagevector",
    "knowledge_passagewords",
    "knowledge_pendingvector",
    "knowledge_passage",
    "knowledge_documentpage",
)
# Bytes are shared by all documents with the same hash: they are looked at when nobody can be about to use them any more.
_NOTE = """
INSERT INTO knowledge_storedbytes AS note (organisation_id, key, since, removing)
SELECT DISTINCT organisation_id, storage_key, now(), false FROM knowledge_document
WHERE organisation_id = %s AND id = ANY(%s) AND storage_key <> ''
ON CONFLICT (organisation_id, key) DO NOTHING
"""


def remove_documents(*, organisation_id: int, documents: Sequence[int]) -> None:
    """Erase documents that nothing needs, in the open transaction; their bytes are noted, and taken away later.

    Args:
        documents: primary keys.
    """
    assert_in_action()
    keys = list(documents)
    write_on_shelf(organisation_id=organisation_id, documents=keys)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [organisation_id, keys])
        for table in _TABLES:
            cursor.execute(
                f"DELETE FROM {table} WHERE organisation_id = %s AND document_id = ANY(%s)",  # noqa: S608
                [organisation_id, keys],
            )
    Document.objects.for_organisation(organisation_id).filter(pk__in=keys).delete()
