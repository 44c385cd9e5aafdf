"""The rows of a shelf's tables, which have no models: copying, counting. Everything runs in the open scope."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from assistants.knowledge.models import Document, Shelf, SourceSet
from assistants.knowledge.words import VECTOR, said_and_named
from kernel.actions import assert_in_action
from kernel.text import search_terms

BATCH = 5_000  # passages, about, that a transaction copies
AT_ONCE = 500  # passages whose words are made together
FEWEST = 5  # passages that hold a word which is counted: most words stand in fewer, and are as good as unique
_KEYS = "id, organisation_id, source_set_id, document_id"
_INSIDE = "organisation_id = %(organisation)s AND source_set_id = %(source_set)s"
_TERMS = """
INSERT INTO knowledge_shelfterm (organisation_id, shelf_id, lexeme, passages)
SELECT %(organisation)s, %(shelf)s, word, ndoc FROM ts_stat(%(rows)s) WHERE ndoc >= %(fewest)s
"""


_ROWS = f"INSERT INTO {{}} ({_KEYS}, {{}}) SELECT {_KEYS}, {{}} FROM {{}} WHERE {_INSIDE}"  # noqa: S608 - constants
# Words in numbers do not tell what they were, so those of a shelf of its own are made of the passages' texts again.
_TEXTS = f"""
SELECT w.id, w.document_id, p.text, p.heading, d.name
FROM (SELECT id, document_id FROM knowledge_words_0 WHERE id > %(after)s AND {_INSIDE}{{}} ORDER BY id LIMIT {AT_ONCE}) w
JOIN knowledge_passage p ON p.id = w.id JOIN knowledge_document d ON d.id = w.document_id ORDER BY w.id
"""  # noqa: S608 - constants
_MAKE_WORDS = f"""
INSERT INTO {{}} ({_KEYS}, words) SELECT made.id, %(organisation)s, %(source_set)s, made.document, {VECTOR.format("said", "named")}
FROM unnest(%(ids)s::bigint[], %(of)s::bigint[], %(said)s::text[], %(named)s::text[]) made (id, document, said, named)
"""  # noqa: S608 - constants


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
        if origin == 0:
            _make_words(cursor, target, some, values)
        elif target == 0:
            made = "length(words), knowledge_terms(words)"
            cursor.execute(_ROWS.format(_words(target), "size, terms", made, _words(origin)) + some, values)
        else:
            cursor.execute(_ROWS.format(_words(target), "words", "words", _words(origin)) + some, values)
        cursor.execute(
            _ROWS.format(_vectors(target), "embedding", "embedding", _vectors(origin)) + some, values
        )
        copied: int = cursor.rowcount
    return copied


def _make_words(cursor: CursorWrapper, target: int, some: str, values: dict[str, Any]) -> None:
    """Make the words of a set on the shared shelf, some passages at a time: a document may be long."""
    after = 0
    while True:
        cursor.execute(_TEXTS.format(some), values | {"after": after})
        rows = cursor.fetchall()
        if not rows:
            return
        ids, of, texts, headings, names = zip(*rows, strict=True)
        titles = {name: search_terms(name) for name in set(names)}
        made = [
            said_and_named(text, heading, titles[name])
            for text, heading, name in zip(texts, headings, names, strict=True)
        ]
        said, named = zip(*made, strict=True)
        given = {"ids": list(ids), "of": list(of), "said": list(said), "named": list(named)}
        cursor.execute(_MAKE_WORDS.format(_words(target)), values | given)
        after = ids[-1]


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
