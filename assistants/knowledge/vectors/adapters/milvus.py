"""Milvus: one collection for every length of vectors, its partition key the organisation.

Tested against the real Milvus Lite, which runs in the client's process and takes the same calls.
"""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient

from assistants.knowledge.vectors.port import (
    MAX_DOCUMENTS,
    Chunk,
    DimensionMismatch,
    Neighbour,
    Vector,
    dimension_of,
    nearest,
    parts,
    place_name,
    talking_to,
)

NAME = "Milvus"
PREFIX = "bottega_passages_"
BATCH = 1000
MOST = 16384  # what Milvus gives at most in one answer
TEXT = 512
LONGEST_KEY = 1024
STRONG = "Strong"  # an answer knows of everything written before it was asked for
# The client prints a stack of its own for every error that it also raises.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)


class MilvusStore:
    """See `VectorStore`.

    Args:
        url: of a Milvus server or of Zilliz Cloud; a path that ends in `.db` is a Milvus Lite of this process.
        key: a token, `user:password` or an API key, where the server asks for one.
        database: of the server; its default one if empty.
    """

    name = "milvus"
    counts_late = False

    def __init__(self, *, url: str, key: str = "", database: str = "", seconds: float = 10.0) -> None:
        with talking_to(NAME):
            self._client = MilvusClient(uri=url, token=key, db_name=database, timeout=seconds)

    def ensure(self, tenant: str, dim: int) -> None:
        """Make the collection that all tenants of this length share."""
        with talking_to(NAME):
            if self._client.has_collection(_collection(dim)):
                return
            try:
                self._create(dim)
            except Exception:  # made by somebody else at the same moment
                if not self._client.has_collection(_collection(dim)):
                    raise

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Delete, then insert: an upsert under a partition key was seen to store nothing, without a word."""
        if not chunks:
            return
        dim, place = dimension_of(chunks), place_name(tenant)
        with talking_to(NAME):
            if not self._client.has_collection(_collection(dim)):
                raise DimensionMismatch(f"No place was made for vectors of length {dim}.")
            for batch in parts(chunks, BATCH):
                rows = {chunk.id: chunk for chunk in batch}
                self._delete(_collection(dim), f"{_of(place)} and passage in {_texts(list(rows))}")
                self._client.insert(_collection(dim), [_row(place, chunk) for chunk in rows.values()])

    def delete_document(self, tenant: str, document: str) -> None:
        """Delete by tenant and document, in every collection."""
        self._delete_everywhere(f"{_of(place_name(tenant))} and document == {_text(document)}")

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """Search the tenant's partition with a filter by assistant and document."""
        found: list[Neighbour] = []
        with talking_to(NAME):
            collection = _collection(len(vector))
            if not assistants or k < 1 or not self._client.has_collection(collection):
                return []
            for documents in parts(document_ids, MAX_DOCUMENTS):
                answer = self._client.search(
                    collection,
                    data=[vector.tolist()],
                    limit=min(k, MOST),
                    filter=f"{_of(place_name(tenant))} and assistant in {_texts(assistants)}"
                    f" and document in {_texts(documents)}",
                    output_fields=["passage", "document"],
                    consistency_level=STRONG,
                )
                found += [_neighbour(row) for row in answer[0]]
        return nearest(found, k)

    def drop_tenant(self, tenant: str) -> None:
        """Delete the tenant's rows."""
        self._delete_everywhere(_of(place_name(tenant)))

    def count(self, tenant: str, document: str) -> int:
        """Count by tenant and document."""
        wanted = f"{_of(place_name(tenant))} and document == {_text(document)}"
        with talking_to(NAME):
            return sum(
                int(self._read(name, wanted, ["count(*)"])[0]["count(*)"]) for name in self._collections()
            )

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """Read by tenant and document."""
        wanted = f"{_of(place_name(tenant))} and document == {_text(document)}"
        fields = ["passage", "assistant", "document", "vector"]
        with talking_to(NAME):
            rows = [
                row
                for name in self._collections()
                for row in self._read(name, wanted, fields, limit=min(limit, MOST))
            ]
        return [
            Chunk(row["passage"], row["assistant"], row["document"], np.asarray(row["vector"], np.float32))
            for row in rows[:limit]
        ]

    def check(self) -> None:
        """Ask for the server's version."""
        with talking_to(NAME):
            self._client.get_server_version()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _create(self, dim: int) -> None:
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, max_length=LONGEST_KEY, is_primary=True)
        schema.add_field("tenant_id", DataType.VARCHAR, max_length=64, is_partition_key=True)
        for name in ("passage", "assistant", "document"):
            schema.add_field(name, DataType.VARCHAR, max_length=TEXT)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        index = self._client.prepare_index_params()
        index.add_index("vector", index_type="AUTOINDEX", metric_type="COSINE")
        self._client.create_collection(
            _collection(dim), schema=schema, index_params=index, consistency_level=STRONG
        )

    def _collections(self) -> list[str]:
        return [name for name in self._client.list_collections() if name.startswith(PREFIX)]

    def _read(self, collection: str, wanted: str, fields: list[str], **more: Any) -> list[dict[str, Any]]:
        return list(
            self._client.query(
                collection, filter=wanted, output_fields=fields, consistency_level=STRONG, **more
            )
        )

    def _delete(self, collection: str, wanted: str) -> None:
        self._client.delete(collection, filter=wanted)

    def _delete_everywhere(self, wanted: str) -> None:
        with talking_to(NAME):
            for name in self._collections():
                self._delete(name, wanted)


def _collection(dim: int) -> str:
    return f"{PREFIX}{dim}"


def _of(place: str) -> str:
    return f"tenant_id == {_text(place)}"


def _texts(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A value as a literal of Milvus's expressions. Its templates, which would do this, fail on some servers."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for character, written in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(character, written)
    return f'"{escaped}"'


def _row(place: str, chunk: Chunk) -> dict[str, Any]:
    return {
        "key": f"{place}:{chunk.id}",
        "tenant_id": place,
        "passage": chunk.id,
        "assistant": chunk.assistant,
        "document": chunk.document,
        "vector": chunk.vector.tolist(),
    }


def _neighbour(row: Any) -> Neighbour:
    # Under this metric Milvus calls the cosine itself a distance.
    return Neighbour(
        row["entity"]["passage"], row["entity"]["document"], max(0.0, 1.0 - float(row["distance"]))
    )
