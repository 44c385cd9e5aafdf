"""Weaviate: a collection for every length of vectors, in it a tenant for every organisation.

Tested with the official client against a stub made from the client's own protocol files, not against a server.
"""

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import weaviate
from weaviate.classes.config import Configure, DataType, Property, Tokenization, VectorDistances
from weaviate.classes.data import DataObject
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.classes.query import Filter, MetadataQuery
from weaviate.classes.tenants import Tenant
from weaviate.util import generate_uuid5

from assistants.knowledge.vectors.port import (
    MAX_DOCUMENTS,
    Chunk,
    DimensionMismatch,
    Neighbour,
    StoreUnavailable,
    Vector,
    dimension_of,
    nearest,
    parts,
    place_name,
    talking_to,
)

NAME = "Weaviate"
PREFIX = "BottegaPassages"
BATCH = 500
MOST = 10_000  # what the server gives and deletes at most in one go
GRPC_PORT = 50051
PROPERTIES = ("passage", "assistant", "document")
logging.getLogger("httpx").setLevel(logging.WARNING)  # the client's transport, a line for every request


class WeaviateStore:
    """See `VectorStore`.

    Args:
        url: of the REST interface.
        grpc_url: of the gRPC interface; by default port 50051 of the same host.
        key: an API key, where the server asks for one.
    """

    name = "weaviate"
    counts_late = False

    def __init__(self, *, url: str, key: str = "", grpc_url: str = "", seconds: float = 10.0) -> None:
        rest = urlsplit(url)
        grpc = urlsplit(grpc_url or f"{rest.scheme}://{rest.hostname}:{GRPC_PORT}")
        limits = Timeout(init=seconds, query=seconds, insert=max(seconds, 60.0))
        self._tenants: set[tuple[str, str]] = set()
        with talking_to(NAME):
            self._client = weaviate.connect_to_custom(
                http_host=rest.hostname or "localhost",
                http_port=rest.port or (443 if rest.scheme == "https" else 8080),
                http_secure=rest.scheme == "https",
                grpc_host=grpc.hostname or "localhost",
                grpc_port=grpc.port or (443 if grpc.scheme == "https" else GRPC_PORT),
                grpc_secure=grpc.scheme == "https",
                auth_credentials=Auth.api_key(key) if key else None,
                additional_config=AdditionalConfig(timeout=limits),
                skip_init_checks=True,  # they would ask a registry for the client's newest version
            )

    def ensure(self, tenant: str, dim: int) -> None:
        """Make the collection and the tenant in it."""
        name, place = _collection(dim), place_name(tenant)
        with talking_to(NAME):
            if not self._client.collections.exists(name):
                self._create(name)
            if not self._knows(name, place):
                self._client.collections.use(name).tenants.create(Tenant(name=place))
                self._tenants.add((name, place))

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Store chunks in batches; a chunk's key is made from its id, so that it takes its own place."""
        if not chunks:
            return
        dim = dimension_of(chunks)
        with talking_to(NAME):
            held = self._held(tenant, dim)
            if held is None:
                raise DimensionMismatch(f"No place was made for vectors of length {dim}.")
            for batch in parts(chunks, BATCH):
                done = held.data.insert_many([_object(chunk) for chunk in batch])
                if done.has_errors:
                    raise StoreUnavailable(f"{NAME} did not store everything: {_first(done.errors)}")

    def delete_document(self, tenant: str, document: str) -> None:
        """Delete by document, in every collection, as often as it takes."""
        with talking_to(NAME):
            for held in self._everywhere(tenant):
                while held.data.delete_many(where=Filter.by_property("document").equal(document)).successful:
                    continue

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """Search the tenant with a filter by assistant and document."""
        found: list[Neighbour] = []
        with talking_to(NAME):
            held = self._held(tenant, len(vector)) if assistants and k > 0 else None
            # Not `if not held`: the truth of a collection is its length, which the client would ask the server for.
            if held is None:
                return []
            for documents in parts(document_ids, MAX_DOCUMENTS):
                answer = held.query.near_vector(
                    near_vector=vector.tolist(),
                    limit=min(k, MOST),
                    filters=Filter.by_property("assistant").contains_any(list(assistants))
                    & Filter.by_property("document").contains_any(list(documents)),
                    return_metadata=MetadataQuery(distance=True),
                    return_properties=["passage", "document"],
                )
                found += [
                    Neighbour(
                        one.properties["passage"],
                        one.properties["document"],
                        max(0.0, one.metadata.distance),
                    )
                    for one in answer.objects
                ]
        return nearest(found, k)

    def drop_tenant(self, tenant: str) -> None:
        """Remove the tenant from every collection."""
        place = place_name(tenant)
        with talking_to(NAME):
            for name in self._collections():
                if self._knows(name, place):
                    self._client.collections.use(name).tenants.remove([place])
                    self._tenants.discard((name, place))

    def count(self, tenant: str, document: str) -> int:
        """Count by document."""
        wanted = Filter.by_property("document").equal(document)
        with talking_to(NAME):
            return sum(
                held.aggregate.over_all(filters=wanted, total_count=True).total_count or 0
                for held in self._everywhere(tenant)
            )

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """Read by document."""
        wanted = Filter.by_property("document").equal(document)
        with talking_to(NAME):
            found = [
                one
                for held in self._everywhere(tenant)
                for one in held.query.fetch_objects(
                    filters=wanted,
                    limit=min(limit, MOST),
                    include_vector=True,
                    return_properties=list(PROPERTIES),
                ).objects
            ]
        return [_chunk(one) for one in found[:limit]]

    def check(self) -> None:
        """Ask whether the server is ready."""
        with talking_to(NAME):
            if not self._client.is_ready():
                raise StoreUnavailable(f"{NAME} says that it is not ready.")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _create(self, name: str) -> None:
        try:
            self._client.collections.create(
                name,
                multi_tenancy_config=Configure.multi_tenancy(enabled=True),
                vector_config=Configure.Vectors.self_provided(
                    vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE)
                ),
                properties=[
                    Property(name=field, data_type=DataType.TEXT, tokenization=Tokenization.FIELD)
                    for field in PROPERTIES
                ],
            )
        except Exception:  # made by somebody else at the same moment
            if not self._client.collections.exists(name):
                raise

    def _collections(self) -> list[str]:
        return [name for name in self._client.collections.list_all() if name.startswith(PREFIX)]

    def _knows(self, name: str, place: str) -> bool:
        """Whether a collection has the tenant; once it does, that is remembered."""
        if (name, place) in self._tenants:
            return True
        there = bool(self._client.collections.use(name).tenants.exists(place))
        if there:
            self._tenants.add((name, place))
        return there

    def _held(self, tenant: str, dim: int) -> Any:
        """What the tenant holds of this length; None where no place was made."""
        name, place = _collection(dim), place_name(tenant)
        if (name, place) not in self._tenants and not self._client.collections.exists(name):
            return None
        return self._client.collections.use(name).with_tenant(place) if self._knows(name, place) else None

    def _everywhere(self, tenant: str) -> list[Any]:
        place = place_name(tenant)
        names = [name for name in self._collections() if self._knows(name, place)]
        return [self._client.collections.use(name).with_tenant(place) for name in names]


def _collection(dim: int) -> str:
    return f"{PREFIX}{dim}"


def _object(chunk: Chunk) -> Any:
    about = {"passage": chunk.id, "assistant": chunk.assistant, "document": chunk.document}
    return DataObject(properties=about, uuid=generate_uuid5(chunk.id), vector=chunk.vector.tolist())


def _chunk(found: Any) -> Chunk:
    about, vector = found.properties, np.asarray(found.vector["default"], np.float32)
    return Chunk(about["passage"], about["assistant"], about["document"], vector)


def _first(errors: dict[int, Any]) -> str:
    return str(next(iter(errors.values())).message)[:200]
