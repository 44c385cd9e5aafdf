"""Chroma: a tenant and database of its own for every organisation, a collection for every length of vectors.

Tested against the real server.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

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

NAME = "Chroma"
DATABASE = "knowledge"
BATCH = 1000
COSINE: Any = {"hnsw": {"space": "cosine"}}
CLIENTS = 256  # tenants whose client is kept; making one asks the server twice
logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's transport, a line for every request


class ChromaStore:
    """See `VectorStore`.

    Args:
        url: of a Chroma server, https://chroma.example.org:8000.
        key: sent as `X-Chroma-Token`, where given.
    """

    name = "chroma"
    counts_late = False

    def __init__(self, *, url: str, key: str = "") -> None:
        where = urlsplit(url)
        self._secure = where.scheme == "https"
        self._host = where.hostname or "localhost"
        self._port = where.port or (443 if self._secure else 8000)
        self._headers = {"X-Chroma-Token": key} if key else {}
        self._client = lru_cache(maxsize=CLIENTS)(self._connect)

    def ensure(self, tenant: str, dim: int) -> None:
        """Make tenant, database and collection."""
        place = place_name(tenant)
        with talking_to(NAME):
            admin = chromadb.AdminClient(self._settings())
            try:
                admin.get_tenant(place)
            except NotFoundError:
                _unless_there(lambda: admin.create_tenant(place))
            try:
                admin.get_database(DATABASE, place)
            except NotFoundError:
                _unless_there(lambda: admin.create_database(DATABASE, place))
                self._client.cache_clear()
            self._client(place).get_or_create_collection(
                f"passages-{dim}", configuration=COSINE, embedding_function=None
            )

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Store chunks in batches."""
        if not chunks:
            return
        dim = dimension_of(chunks)
        with talking_to(NAME):
            collection = self._collection(tenant, dim)
            if collection is None:
                raise DimensionMismatch(f"No place was made for vectors of length {dim}.")
            for batch in parts(chunks, BATCH):
                collection.upsert(
                    ids=[chunk.id for chunk in batch],
                    embeddings=np.stack([chunk.vector for chunk in batch]).astype(np.float32),
                    metadatas=[{"assistant": chunk.assistant, "document": chunk.document} for chunk in batch],
                )

    def delete_document(self, tenant: str, document: str) -> None:
        """Delete by metadata, in every collection of the tenant."""
        with talking_to(NAME):
            for collection in self._collections(tenant):
                collection.delete(where={"document": document})

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """Search with a filter by assistant and document."""
        if not assistants or k < 1:
            return []
        found: list[Neighbour] = []
        with talking_to(NAME):
            collection = self._collection(tenant, len(vector))
            for documents in parts(document_ids, MAX_DOCUMENTS) if collection else ():
                answer = collection.query(
                    query_embeddings=[vector],
                    n_results=k,
                    where={
                        "$and": [
                            {"assistant": {"$in": list(assistants)}},
                            {"document": {"$in": list(documents)}},
                        ]
                    },
                    include=["distances", "metadatas"],
                )
                rows = zip(answer["ids"][0], answer["metadatas"][0], answer["distances"][0], strict=True)
                found += [Neighbour(key, of["document"], max(0.0, far)) for key, of, far in rows]
        return nearest(found, k)

    def drop_tenant(self, tenant: str) -> None:
        """Delete the tenant's database; Chroma keeps the empty tenant."""
        with talking_to(NAME), suppress(NotFoundError):
            chromadb.AdminClient(self._settings()).delete_database(DATABASE, place_name(tenant))
        self._client.cache_clear()

    def count(self, tenant: str, document: str) -> int:
        """Count ids by metadata."""
        with talking_to(NAME):
            held = (c.get(where={"document": document}, include=[]) for c in self._collections(tenant))
            return sum(len(found["ids"]) for found in held)

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """Read by metadata."""
        chunks: list[Chunk] = []
        with talking_to(NAME):
            for collection in self._collections(tenant):
                found = collection.get(
                    where={"document": document}, limit=limit, include=["embeddings", "metadatas"]
                )
                rows = zip(found["ids"], found["metadatas"], found["embeddings"], strict=True)
                chunks += [
                    Chunk(key, of["assistant"], of["document"], np.asarray(vector, np.float32))
                    for key, of, vector in rows
                ]
        return chunks[:limit]

    def check(self) -> None:
        """Ask for a tenant that need not be there: any answer will do."""
        with talking_to(NAME), suppress(NotFoundError):
            chromadb.AdminClient(self._settings()).get_tenant("default_tenant")

    def close(self) -> None:
        """Forget the clients; their connections close with them."""
        self._client.cache_clear()

    def _settings(self) -> Settings:
        return Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=self._host,
            chroma_server_http_port=self._port,
            chroma_server_ssl_enabled=self._secure,
            chroma_server_headers=self._headers,
            anonymized_telemetry=False,
        )

    def _connect(self, place: str) -> Any:
        return chromadb.HttpClient(
            host=self._host,
            port=self._port,
            ssl=self._secure,
            headers=self._headers,
            settings=Settings(anonymized_telemetry=False),
            tenant=place,
            database=DATABASE,
        )

    def _collection(self, tenant: str, dim: int) -> Any:
        """The tenant's collection of this length; None where there is none."""
        try:
            return self._client(place_name(tenant)).get_collection(f"passages-{dim}", embedding_function=None)
        except NotFoundError:
            return None

    def _collections(self, tenant: str) -> list[Any]:
        try:
            return list(self._client(place_name(tenant)).list_collections())
        except NotFoundError:
            return []


def _unless_there(create: Any) -> None:
    """Somebody else may make the same at the same time; the server says so in words alone."""
    try:
        create()
    except ChromaError as error:
        if "already exists" not in str(error):
            raise
