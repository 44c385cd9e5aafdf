"""Thousands of passages at once, for tests of large sets: around topics, as passages are."""

from collections.abc import Sequence

import numpy as np
from django.db import connection

from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.storing import binary_rows
from kernel.tenancy import tenant_scope
from providers.ports import Vectors

DIMENSIONS = 64
_COPY = "CREATE TEMPORARY TABLE made (ordinal bigint, embedding halfvec) ON COMMIT DROP"
_PASSAGES = """
INSERT INTO knowledge_passage (public_id, organisation_id, document_id, ordinal, kind, text, section, heading, start, "end", tokens)
SELECT format('psg_made%%s', (%(documents)s::bigint[])[1 + m.ordinal %% %(count)s] * 1000000 + m.ordinal), %(organisation)s,
    (%(documents)s::bigint[])[1 + m.ordinal %% %(count)s], m.ordinal, 'text',
    format('common topic%%s passage%%s', m.ordinal %% %(topics)s, m.ordinal), 1, '', 0, 10, 3
FROM made m
"""
_ROWS = """
WITH rows AS (
    SELECT p.id, p.organisation_id, p.document_id, p.text, m.embedding
    FROM made m JOIN knowledge_passage p ON p.ordinal = m.ordinal AND p.document_id = ANY(%(documents)s)
), words AS (
    INSERT INTO knowledge_passagewords (id, organisation_id, source_set_id, document_id, shelf, size, terms, words)
    SELECT id, organisation_id, %(source_set)s, document_id, %(shelf)s, length(said),
        CASE WHEN %(shelf)s = 0 THEN knowledge_terms(said) END, CASE WHEN %(shelf)s <> 0 THEN said END
    FROM rows, tsvector_concat(setweight(to_tsvector('english', text), 'A'), setweight(to_tsvector('english', 'made'), 'D')) said
)
INSERT INTO knowledge_passagevector (id, organisation_id, source_set_id, document_id, embedding, shelf)
SELECT id, organisation_id, %(source_set)s, document_id, embedding, %(shelf)s FROM rows
"""


def topic_vectors(count: int, *, topics: int, seed: int, dimensions: int = DIMENSIONS) -> Vectors:
    """Unit vectors, each near the topic of its number modulo `topics`; the topics are the same for every seed."""
    centres = np.random.default_rng(0).standard_normal((topics, dimensions))
    noise = np.random.default_rng(seed).standard_normal((count, dimensions))
    vectors = centres[np.arange(count) % topics] + 0.5 * noise
    made: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return made


def make_passages(
    source_set: SourceSet, count: int, *, documents: int = 20, topics: int = 50, seed: int = 1
) -> tuple[list[int], Vectors]:
    """Ready documents with `count` passages in all; returns the documents' primary keys and the vectors by number.

    Passage n says `common`, `topic<n modulo topics>` and `passage<n>`, and stands in document n modulo `documents`, each of
    which is called `made`.
    """
    vectors = topic_vectors(count, topics=topics, seed=seed)
    own = {"organisation_id": source_set.organisation_id, "source_set_id": source_set.pk, "name": "made"}
    with tenant_scope(source_set.organisation_id, durable=True):
        shelf = SourceSet.objects.for_organisation(source_set.organisation_id).get(pk=source_set.pk).shelf
        keys = [_document(own, count // documents) for _ in range(documents)]
        write_on_shelf(organisation_id=source_set.organisation_id, documents=keys)
        values = {
            "organisation": source_set.organisation_id,
            "source_set": source_set.pk,
            "shelf": shelf,
            "documents": keys,
            "count": documents,
            "topics": topics,
        }
        _write(values, range(count), vectors)
    return keys, vectors


def _document(own: dict[str, object], passages: int) -> int:
    source = Source.objects.create(type="text", **own)
    document = Document.objects.create(
        source=source, state="ready", searchable=True, passages=passages, embedder="made", **own
    )
    source.document = document
    source.save(update_fields=["document"])
    key: int = document.pk
    return key


def _write(values: dict[str, object], numbers: Sequence[int], vectors: Vectors) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COPY)
        with cursor.copy("COPY made FROM STDIN (FORMAT binary)") as copy:
            copy.write(binary_rows(numbers, vectors))
        cursor.execute(_PASSAGES, values)
        cursor.execute(_ROWS, values)
        cursor.execute("DROP TABLE made")
