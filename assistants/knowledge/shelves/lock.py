"""The lock that writers of a set's vectors share, and that whoever moves the set has for a moment to itself."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from kernel.actions import assert_in_action

_TOGETHER = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('knowledge.shelf', written.source_set_id))
FROM (SELECT DISTINCT source_set_id FROM knowledge_document
    WHERE organisation_id = %(organisation)s AND id = ANY(%(documents)s) ORDER BY 1) written
"""
_NOTE = """
INSERT INTO knowledge_shelfchange (organisation_id, shelf_id, document_id)
SELECT s.organisation_id, s.id, d.id FROM knowledge_document d JOIN knowledge_shelf s ON s.source_set_id = d.source_set_id
WHERE d.organisation_id = %(organisation)s AND d.id = ANY(%(documents)s)
    AND s.organisation_id = %(organisation)s AND s.state IN ('filling', 'indexed')
"""
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge.shelf', %s))"


def write_on_shelf(*, organisation_id: int, documents: Sequence[int]) -> None:
    """Announce that the open transaction writes vectors or words of documents, or removes them.

    Their sets stay on their shelves until it ends; a set that is on its way to another takes the documents along anew. To be
    called before the transaction writes anything else, or the move could wait for it while it waits for the move.

    Args:
        documents: primary keys.
    """
    assert_in_action()
    values: dict[str, Any] = {"organisation": organisation_id, "documents": list(documents)}
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, values)
        cursor.execute(
            _NOTE, values
        )  # a statement of its own: it is to see what was begun while the lock was waited for


def keep_writers_out(source_set_id: int) -> None:
    """Let nobody write in a set until the open transaction ends.

    Raises:
        OperationalError: somebody writes for longer than the transaction's `lock_timeout`.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [source_set_id])
