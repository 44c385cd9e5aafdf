"""The rows of a shelf's tables, which have no models: copying, counting. Everything runs in the open scope."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from assistants.knowledge.models import Document, Shelf, SourceSet
from kernel.actions import assert_in_action

BATCH = 5_000  # passages, about, that a transaction copies
FEWEST = 5  # passages that hold a word which is counted: most words stand in fewer, and are as good as unique
_KEYS = "id, organisation_id, source_set_id, document_id"
_INSIDE = "organisation_id = %(organisation)s AND source_set_id = %(source_set)s"
_TERMS = """
INSERT INTO knowledge_shelfterm (organisation_id, shelf_id, lexeme, passages)
SELECT %(organisation)s, %(shelf)s, word, ndoc FROM ts_stat(%(rows)s) WHERE ndoc >= %(fewest)s
"""


def _vectors(shelf: int) -> str:
    return f"knowledge_shelf_{int(shelf)}"


def _words(shelf: int) -> str:
    return f"knowledge_words_{int(shelf)}"


def next_documents(shelf: Shelf) -> list[int]:
    """Primary keys of the set's documents that are copied next: about a batch of passages; empty at the end."""
    rows = Document.objects.for_organisation(shelf.organisation_id).filter(source_set_id=shelf.source_set_id)
    keys: list[int] = []
    passages = 0
    for key, count in (
        rows.filter(pk__gt=shelf.filled_to).order_by("pk").values_list("pk", "passages")[:BATCH]
    ):
        if keys and passages + count > BATCH:
            break
        keys.append(key)
        passages += count
    return keys


def copy_rows(
    source_set: SourceSet, *, origin: int, target: int, documents: Sequence[int] | None = None
) -> int:
    """Copy a set's rows from one shelf's tables to another's, and return how many passages.

    Args:
        documents: only theirs; None for all.
    """
    assert_in_action()
    some = "" if documents is None else " AND document_id = ANY(%(documents)s)"
    values = _values(source_set) | {"documents": list(documents or ())}
    with connection.cursor() as cursor:
        for of, column in ((_words, "words"), (_vectors, "embedding")):
            columns = f"{_KEYS}, {column}"
            cursor.execute(
                f"INSERT INTO {of(target)} ({columns}) SELECT {columns} FROM {of(origin)} WHERE {_INSIDE}{some}",  # noqa: S608 - numbers and constants
                values,
            )
        copied: int = cursor.rowcount
    return copied


def delete_rows(source_set: SourceSet, *, shelf: int, documents: Sequence[int] | None = None) -> None:
    """Delete a set's rows from a shelf's tables; of some documents, or all."""
    assert_in_action()
    some = "" if documents is None else " AND document_id = ANY(%(documents)s)"
    values = _values(source_set) | {"documents": list(documents or ())}
    with connection.cursor() as cursor:
        for of in (_vectors, _words):
            cursor.execute(f"DELETE FROM {of(shelf)} WHERE {_INSIDE}{some}", values)  # noqa: S608 - numbers and constants


def dimensions_of(source_set: SourceSet) -> int | None:
    """How long the set's vectors are: those of one model; None where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT vector_dims(embedding) FROM {_vectors(source_set.shelf)} WHERE {_INSIDE}"  # noqa: S608 - numbers and constants
            " AND embedding IS NOT NULL LIMIT 1",
            _values(source_set),
        )
        found = cursor.fetchone()
    return found[0] if found else None


def count_words(shelf: Shelf) -> None:
    """Count a shelf's passages, how many different words one has on average, and in how many passages a word stands.

    Searches go on with the last counts until the transaction ends.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), coalesce(avg(length(words)), 1) FROM {_words(shelf.pk)}")  # noqa: S608 - a number
        shelf.passages, shelf.words = cursor.fetchone()
        shelf.save(update_fields=["passages", "words"])
        shelf.terms.all().delete()
        values: dict[str, Any] = {
            "organisation": shelf.organisation_id,
            "shelf": shelf.pk,
            "rows": f"SELECT words FROM {_words(shelf.pk)}",  # noqa: S608 - a number
            "fewest": FEWEST,
        }
        cursor.execute(_TERMS, values)


def _values(source_set: SourceSet) -> dict[str, Any]:
    return {"organisation": source_set.organisation_id, "source_set": source_set.pk}
