"""PostgreSQL itself: the vectors that retrieval keeps in any case, seen through the port.

Tenants, assistants, documents and chunks are primary keys in decimal digits; row-level security walls organisations off.
Retrieval does not come this way: it ranks by meaning and by words in one statement.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from assistants.knowledge.models import Document, PassageVector
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.vectors.port import (
    Chunk,
    Neighbour,
    Vector,
    dimension_of,
)
from kernel.tenancy import tenant_scope

_UPSERT = """
UPDATE knowledge_passagevector v SET embedding = a.embedding::halfvec
FROM unnest(%(ids)s::bigint[], %(documents)s::bigint[], %(vectors)s::text[]) a (id, document_id, embedding)
WHERE v.id = a.id AND v.document_id = a.document_id AND v.organisation_id = %(organisation)s
"""
_NEAREST = """
SELECT id::text, document_id::text, greatest(distance, 0)::float8 FROM (
    SELECT id, document_id,
        CASE WHEN vector_dims(embedding) = %(dim)s THEN embedding <=> %(vector)s::halfvec END AS distance
    FROM knowledge_passagevector
    WHERE organisation_id = %(organisation)s AND source_set_id = ANY(%(sets)s) AND document_id = ANY(%(documents)s)
        AND embedding IS NOT NULL
) measured WHERE distance IS NOT NULL ORDER BY distance, id LIMIT %(limit)s
"""


class PgvectorStore:
    """See `VectorStore`."""

    name = "pgvector"
    counts_late = False

    def ensure(self, tenant: str, dim: int) -> None:
        """Nothing: rows hold vectors of any length."""

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Give passages that are there their vectors; of others there is nothing to say."""
        if not chunks or not (organisation := _key(tenant)):
            return
        dimension_of(chunks)
        known = [chunk for chunk in chunks if _key(chunk.id) and _key(chunk.document)]
        documents = sorted({int(chunk.document) for chunk in known})
        with tenant_scope(organisation), connection.cursor() as cursor:
            write_on_shelf(organisation_id=organisation, documents=documents)
            values: dict[str, Any] = {
                "organisation": organisation,
                "ids": [int(chunk.id) for chunk in known],
                "documents": [int(chunk.document) for chunk in known],
                "vectors": [literal(chunk.vector) for chunk in known],
            }
            cursor.execute(_UPSERT, values)

    def delete_document(self, tenant: str, document: str) -> None:
        """Take the vectors from a document's passages, which words still find."""
        if (organisation := _key(tenant)) and (key := _key(document)):
            with tenant_scope(organisation):
                write_on_shelf(organisation_id=organisation, documents=[key])
                _rows(organisation).filter(document_id=key).update(embedding=None)

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """Measure every vector of these documents: the answer is exact."""
        organisation = _key(tenant)
        if not organisation or k < 1:
            return []
        values: dict[str, Any] = {
            "organisation": organisation,
            "sets": _keys(assistants),
            "documents": _keys(document_ids),
            "dim": len(vector),
            "vector": literal(vector),
            "limit": k,
        }
        with tenant_scope(organisation), connection.cursor() as cursor:
            cursor.execute(_NEAREST, values)
            return [Neighbour(*row) for row in cursor.fetchall()]

    def drop_tenant(self, tenant: str) -> None:
        """Take the vectors from all passages of an organisation."""
        if organisation := _key(tenant):
            with tenant_scope(organisation):
                documents = Document.objects.for_organisation(organisation).values_list("pk", flat=True)
                write_on_shelf(organisation_id=organisation, documents=list(documents))
                _rows(organisation).update(embedding=None)

    def count(self, tenant: str, document: str) -> int:
        """Count a document's vectors."""
        organisation, key = _key(tenant), _key(document)
        if not organisation or not key:
            return 0
        with tenant_scope(organisation):
            return _rows(organisation).filter(document_id=key, embedding__isnull=False).count()

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """Read a document's vectors, those with the smallest keys."""
        organisation, key = _key(tenant), _key(document)
        if not organisation or not key:
            return []
        with tenant_scope(organisation):
            rows = _rows(organisation).filter(document_id=key, embedding__isnull=False).order_by("pk")
            return [
                Chunk(str(row.pk), str(row.source_set_id), document, np.asarray(row.embedding, np.float32))
                for row in rows[:limit]
            ]

    def check(self) -> None:
        """Nothing: readiness asks the database anyway."""

    def close(self) -> None:
        """Nothing: connections are Django's."""


def literal(vector: Vector) -> str:
    """A vector as PostgreSQL reads it."""
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def _rows(organisation: int) -> "QuerySet[PassageVector]":
    return PassageVector.objects.for_organisation(organisation)


def _key(text: str) -> int:
    """A primary key; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _keys(texts: Sequence[str]) -> list[int]:
    return [key for text in texts if (key := _key(text))]
