"""Bulk writes of passages and vectors. COPY goes through temporary tables: it may not write past row-level security."""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from numpy import floating
from numpy.typing import NDArray

from assistants.knowledge.contents import Contents
from assistants.knowledge.models import Document, SourceSet
from assistants.knowledge.queries import vector_givers
from kernel.actions import assert_in_action

# Keys are given here, in the passages' order: so no table has to be asked for what another got.
_INCOMING = """
CREATE TEMPORARY TABLE incoming (id bigint DEFAULT nextval('knowledge_passage_id_seq'),
    public_id text, ordinal int, text text, section int, page int, paragraph int, heading text, start int, "end" int, tokens int,
    kind text, size int, terms sparsevec, words tsvector, embedding halfvec)
    WITH (toast_tuple_target = 8160) ON COMMIT DROP
"""  # rows as long as a page are not pressed together, for they are taken apart again at once
_COLUMNS = 'public_id, ordinal, text, section, page, paragraph, heading, start, "end", tokens, kind'
_COPIED = f"incoming ({_COLUMNS}, size, terms, words, embedding)"
_PASSAGES = f"""
INSERT INTO knowledge_passage (organisation_id, document_id, id, {_COLUMNS})
SELECT %(organisation)s, %(document)s, id, {_COLUMNS} FROM incoming
"""  # noqa: S608 - constants of this module
_SHELF = "SELECT shelf FROM knowledge_sourceset WHERE id = %s"
_SEARCHED = """
INSERT INTO {table} (id, organisation_id, source_set_id, document_id, shelf, {columns})
SELECT id, %(organisation)s, %(source_set)s, %(document)s, %(shelf)s, {columns} FROM incoming
"""
_PARTS = (("knowledge_passagevector", "embedding"), ("knowledge_passagewords", "size, terms, words"))
_INCOMING_PAGES = """
CREATE TEMPORARY TABLE incoming_page (number int, paragraphs jsonb, boxes jsonb)
    WITH (toast_tuple_target = 8160) ON COMMIT DROP
"""
_PAGES = """
INSERT INTO knowledge_documentpage (organisation_id, document_id, number, paragraphs, boxes)
SELECT %s, %s, number, paragraphs, boxes FROM incoming_page
"""
Vectors = NDArray[floating[Any]]  # a row a passage
_VECTORS = "CREATE TEMPORARY TABLE arriving (id bigint, embedding halfvec) ON COMMIT DROP"
_JOIN_VECTORS = """
UPDATE knowledge_passagevector v SET embedding = a.embedding FROM arriving a WHERE v.id = a.id AND v.document_id = %s
"""
_KEEP_PENDING = """
INSERT INTO knowledge_pendingvector (id, organisation_id, source_set_id, document_id, embedding)
SELECT v.id, v.organisation_id, v.source_set_id, v.document_id, a.embedding
FROM arriving a JOIN knowledge_passagevector v ON v.id = a.id
WHERE v.organisation_id = %s AND v.source_set_id = %s ON CONFLICT (id) DO NOTHING
"""
# What is known is looked up row by row: of rows as new as these the planner knows no number, and would compare each with
# each.
_KNOWN = """
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT md5(q.heading || E'\\n' || q.text) AS digest, v.embedding
FROM knowledge_passage q JOIN knowledge_passagevector v ON v.id = q.id
WHERE q.organisation_id = %(organisation)s AND q.document_id = ANY(%(documents)s) AND v.embedding IS NOT NULL
"""
_INDEX_KNOWN = "CREATE INDEX ON known (digest); ANALYZE known"
_COPY_VECTORS = """
UPDATE knowledge_passagevector mine SET embedding = (
    SELECT known.embedding FROM known WHERE known.digest = md5(p.heading || E'\\n' || p.text) LIMIT 1
) FROM knowledge_passage p
WHERE p.document_id = %(document)s AND mine.id = p.id AND mine.document_id = p.document_id
  AND mine.organisation_id = %(organisation)s AND mine.source_set_id = %(source_set)s AND mine.embedding IS NULL
RETURNING mine.embedding IS NOT NULL
"""
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_TRAILER = b"\xff\xff"
_AT_ONCE = 1024  # vectors: what is copied of a long document's stays small


def swap_in(document: Document, contents: Contents, vectors: Vectors) -> None:
    """Put a document's pages and passages in the place of what it had, words searchable, in the open transaction.

    Args:
        vectors: those of the first passages, as many as there are.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        _clear(cursor, document)
        cursor.execute(_SHELF, [document.source_set_id])
        (shelf,) = cursor.fetchone()
        cursor.execute(_INCOMING)
        _copy(cursor, _COPIED, contents.passage_rows(_binary(vectors), shared=shelf == 0))
        values = {
            "organisation": document.organisation_id,
            "document": document.pk,
            "source_set": document.source_set_id,
            "shelf": shelf,
        }
        cursor.execute(_PASSAGES, values)
        for table, columns in _PARTS:
            cursor.execute(_SEARCHED.format(table=table, columns=columns), values)
        cursor.execute("DROP TABLE incoming")
        cursor.execute(_INCOMING_PAGES)
        _copy(cursor, "incoming_page", contents.page_rows())
        cursor.execute(_PAGES, [document.organisation_id, document.pk])
        cursor.execute("DROP TABLE incoming_page")


def _clear(cursor: CursorWrapper, document: Document) -> None:
    searched = [table for table, _ in _PARTS]
    for table in (*searched, "knowledge_passage", "knowledge_documentpage"):
        cursor.execute(f"DELETE FROM {table} WHERE document_id = %s", [document.pk])  # noqa: S608


def _copy(cursor: CursorWrapper, into: str, rows: Iterator[bytes]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN (FORMAT binary)") as copy:
        copy.write(_SIGNATURE)
        for some in rows:
            copy.write(some)
        copy.write(_TRAILER)


def join_vectors(document_id: int, ids: Sequence[int], vectors: Vectors) -> None:
    """Give passages of a document their vectors, in the open transaction."""
    assert_in_action()
    with connection.cursor() as cursor:
        _copy_arriving(cursor, ids, vectors)
        cursor.execute(_JOIN_VECTORS, [document_id])
        cursor.execute("DROP TABLE arriving")


def keep_pending(source_set: SourceSet, ids: Sequence[int], vectors: Vectors) -> None:
    """Keep vectors of a set's next embedder beside those that serve, in the open transaction; of passages that are gone by
    now nothing is kept."""
    assert_in_action()
    with connection.cursor() as cursor:
        _copy_arriving(cursor, ids, vectors)
        cursor.execute(_KEEP_PENDING, [source_set.organisation_id, source_set.pk])
        cursor.execute("DROP TABLE arriving")


def _copy_arriving(cursor: CursorWrapper, ids: Sequence[int], vectors: Vectors) -> None:
    cursor.execute(_VECTORS)
    with cursor.copy("COPY arriving FROM STDIN (FORMAT binary)") as copy:
        copy.write(binary_rows(ids, vectors))


def binary_rows(ids: Sequence[int], vectors: Vectors) -> bytes:
    """Keys with their vectors, as a binary COPY into columns `bigint, halfvec` reads them."""
    head = struct.Struct(">hiqi")
    rows = [
        head.pack(2, 8, key, len(vector)) + vector for key, vector in zip(ids, _binary(vectors), strict=True)
    ]
    return _SIGNATURE + b"".join(rows) + _TRAILER


def _binary(vectors: Vectors) -> Iterator[bytes]:
    """Each vector as a `halfvec` in binary: its length, two bytes that say nothing, and its numbers."""
    head = struct.pack(">hh", vectors.shape[1], 0)
    for start in range(0, len(vectors), _AT_ONCE):
        for row in vectors[start : start + _AT_ONCE].astype(">f2"):
            yield head + row.tobytes()


def copy_vectors(document: Document, model: str) -> int:
    """Take over vectors that a model has made of the very same passages; returns how many, in the open transaction.

    They are looked for in documents of the organisation with the same bytes, and in earlier revisions of the same source:
    a passage is the same where its heading and its text are.
    """
    assert_in_action()
    documents = vector_givers(document, model)
    if not documents:
        return 0
    values: dict[str, Any] = {
        "organisation": document.organisation_id,
        "source_set": document.source_set_id,
        "document": document.pk,
        "documents": documents,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, values)
        cursor.execute(_INDEX_KNOWN)
        cursor.execute(_COPY_VECTORS, values)
        copied: int = sum(has for (has,) in cursor.fetchall())
        cursor.execute("DROP TABLE known")
    return copied
