"""Pinecone: a namespace for every organisation, in one index for every length of vectors.

Tested with the official client against an emulator of the service, not against the service.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote

import numpy as np
from pinecone import NotFoundError, Pinecone

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

NAME = "Pinecone"
MOST_VECTORS = 1000  # of one request, which may not be larger than 2 MB either
REQUEST_BYTES = 1_600_000
NUMBER_BYTES = 22  # of a number in JSON, at most
CHUNK_BYTES = 1500
MOST_DELETED = 1000
MOST_FETCHED = 100
MOST_FOUND = 10_000
LONGEST_ID = 512


class PineconeStore:
    """See `VectorStore`.

    A chunk's id begins with its document's: an id's beginning is what the service lists and counts by.

    Args:
        url: the index's host; several of different dimensions are separated by commas. Indexes are made beforehand, with
            the cosine metric.
        key: of the project.
    """

    name = "pinecone"
    counts_late = True

    def __init__(self, *, url: str, key: str = "", seconds: float = 10.0) -> None:
        self._hosts = [host.strip() for host in url.split(",") if host.strip()]
        self._client = Pinecone(api_key=key or "none", timeout=seconds)

    @cached_property
    def _indexes(self) -> dict[int, Any]:
        """Indexes by the length of their vectors; asked for once."""
        indexes = [self._client.Index(host=host) for host in self._hosts]
        return {int(index.describe_index_stats().dimension): index for index in indexes}

    def ensure(self, tenant: str, dim: int) -> None:
        """See that there is an index of this length; namespaces make themselves."""
        with talking_to(NAME):
            self._index(dim)

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Store chunks in batches as large as the service takes."""
        if not chunks:
            return
        dim, namespace = dimension_of(chunks), place_name(tenant)
        size = max(1, min(MOST_VECTORS, REQUEST_BYTES // (dim * NUMBER_BYTES + CHUNK_BYTES)))
        with talking_to(NAME):
            index = self._index(dim)
            for batch in parts(chunks, size):
                index.upsert(vectors=[_record(chunk) for chunk in batch], namespace=namespace)

    def delete_document(self, tenant: str, document: str) -> None:
        """List the document's ids, then delete them: works on every kind of index."""
        namespace = place_name(tenant)
        with talking_to(NAME):
            for index in self._indexes.values():
                ids = list(_ids(index, namespace, document))
                for batch in parts(ids, MOST_DELETED):
                    with suppress(NotFoundError):
                        index.delete(ids=list(batch), namespace=namespace)

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """Search the tenant's namespace with a filter by assistant and document."""
        found: list[Neighbour] = []
        with talking_to(NAME):
            index = self._indexes.get(len(vector))
            if index is None or not assistants or k < 1:
                return []
            for documents in parts(document_ids, MAX_DOCUMENTS):
                answer = index.query(
                    vector=vector.tolist(),
                    top_k=min(k, MOST_FOUND),
                    namespace=place_name(tenant),
                    filter={"assistant": {"$in": list(assistants)}, "document": {"$in": list(documents)}},
                    include_metadata=True,
                )
                found += [_neighbour(match) for match in answer.matches]
        return nearest(found, k)

    def drop_tenant(self, tenant: str) -> None:
        """Delete everything in the tenant's namespace."""
        with talking_to(NAME):
            for index in self._indexes.values():
                with suppress(NotFoundError):
                    index.delete(delete_all=True, namespace=place_name(tenant))

    def count(self, tenant: str, document: str) -> int:
        """Count the document's ids. The service lists what was written some seconds ago."""
        with talking_to(NAME):
            indexes = self._indexes.values()
            return sum(1 for index in indexes for _ in _ids(index, place_name(tenant), document))

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """List the document's ids and fetch the first of them."""
        namespace = place_name(tenant)
        chunks: list[Chunk] = []
        with talking_to(NAME):
            for index in self._indexes.values():
                ids = list(_ids(index, namespace, document))[:limit]
                for batch in parts(ids, MOST_FETCHED):
                    held = index.fetch(ids=list(batch), namespace=namespace).vectors
                    chunks += [_chunk(record) for record in held.values()]
        return chunks[:limit]

    def check(self) -> None:
        """Ask an index how full it is."""
        with talking_to(NAME):
            for index in self._indexes.values():
                index.describe_index_stats()

    def close(self) -> None:
        """Close the connections."""
        for index in self.__dict__.get("_indexes", {}).values():
            index.close()

    def _index(self, dim: int) -> Any:
        try:
            return self._indexes[dim]
        except KeyError:
            known = ", ".join(map(str, self._indexes)) or "none"
            raise DimensionMismatch(
                f"No index of dimension {dim} is configured, only {known}. Make one with the cosine metric and add its"
                " host to VECTOR_STORE_URL, after a comma."
            ) from None


def _key(chunk: Chunk) -> str:
    key = f"{_beginning(chunk.document)}{quote(chunk.id, safe='')}"
    if len(key) <= LONGEST_ID:
        return key
    return f"{_beginning(chunk.document)}{hashlib.sha256(chunk.id.encode()).hexdigest()}"


def _beginning(document: str) -> str:
    """What the ids of a document's chunks begin with, and no other's do."""
    name = quote(document, safe="")
    return f"{name if len(name) <= 200 else '~' + hashlib.sha256(document.encode()).hexdigest()}:"


def _ids(index: Any, namespace: str, document: str) -> Iterator[str]:
    beginning = _beginning(document)
    with suppress(NotFoundError):
        for page in index.list(prefix=beginning, namespace=namespace):
            for listed in page.vectors:
                yield listed.id


def _record(chunk: Chunk) -> tuple[str, list[float], dict[str, str]]:
    about = {"assistant": chunk.assistant, "document": chunk.document, "passage": chunk.id}
    return _key(chunk), chunk.vector.tolist(), about


def _chunk(record: Any) -> Chunk:
    about = record.metadata
    vector = np.asarray(record.values, np.float32)
    return Chunk(about["passage"], about["assistant"], about["document"], vector)


def _neighbour(match: Any) -> Neighbour:
    # Of an index with the cosine metric the score is the cosine.
    return Neighbour(
        match.metadata["passage"], match.metadata["document"], max(0.0, 1.0 - float(match.score))
    )
