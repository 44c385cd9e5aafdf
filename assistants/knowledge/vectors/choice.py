"""The store of vectors that this deployment uses: an adapter is imported only where it is chosen."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.port import VectorStore, VectorStoreError

PGVECTOR = "pgvector"


@dataclass(frozen=True, slots=True)
class Adapter:
    """Where an adapter is, which package it needs, and which settings it takes beside address and key."""

    module: str
    factory: str
    package: str
    takes: tuple[str, ...] = ()


ADAPTERS = {
    "chroma": Adapter("chroma", "ChromaStore", "chromadb"),
    "milvus": Adapter("milvus", "MilvusStore", "pymilvus", ("database",)),
    "weaviate": Adapter("weaviate", "WeaviateStore", "weaviate-client", ("grpc_url",)),
    "pinecone": Adapter("pinecone", "PineconeStore", "pinecone"),
}
NAMES = (PGVECTOR, *ADAPTERS)


class StoreNotConfigured(VectorStoreError):
    """There is no such store, or its address or package is missing; `str` says what to do."""


def chosen_name() -> str:
    """The name of the store that answers questions here."""
    return settings.VECTOR_STORE["name"]


def outside_name() -> str:
    """The same, but empty where the vectors lie in the database alone."""
    name = chosen_name()
    return "" if name == PGVECTOR else name


def open_store(name: str) -> VectorStore:
    """A configured store by its name, one of a process: `VECTOR_STORE` or `OTHER_VECTOR_STORE` names it.

    Raises:
        StoreNotConfigured: neither does, there is no such store, or its package is missing.
        StoreUnavailable: it cannot be reached.
    """
    if name == PGVECTOR:
        return PgvectorStore()
    for configured in (settings.VECTOR_STORE, settings.OTHER_VECTOR_STORE):
        if configured["name"] == name:
            return _opened(os.getpid(), tuple(sorted(configured.items())))
    if name not in ADAPTERS:
        raise StoreNotConfigured(f"There is no vector store {name!r}, only {', '.join(NAMES)}.")
    raise StoreNotConfigured(
        f"{name} is not configured. Name it in VECTOR_STORE or OTHER_VECTOR_STORE, and its address in VECTOR_STORE_URL or"
        " OTHER_VECTOR_STORE_URL."
    )


@lru_cache(maxsize=8)
def _opened(_process: int, configured: tuple[tuple[str, str], ...]) -> VectorStore:
    return make_store(dict(configured))


def make_store(configured: Mapping[str, str]) -> VectorStore:
    """A store from its settings.

    Args:
        configured: `name` and `url`; `key`, `database` and `grpc_url` where it takes them.

    Raises: see `open_store`.
    """
    name = configured["name"]
    if name not in ADAPTERS:
        raise StoreNotConfigured(f"There is no vector store {name!r}, only {', '.join(NAMES)}.")
    adapter = ADAPTERS[name]
    if not configured["url"]:
        raise StoreNotConfigured(f"The address of {name} is missing: set VECTOR_STORE_URL.")
    options = {part: configured[part] for part in adapter.takes if configured.get(part)}
    factory = _factory(adapter)
    store: VectorStore = factory(url=configured["url"], key=configured.get("key", ""), **options)
    return store


def _factory(adapter: Adapter) -> Any:
    try:
        module = import_module(f"assistants.knowledge.vectors.adapters.{adapter.module}")
    except ModuleNotFoundError as error:
        raise StoreNotConfigured(
            f"The package {adapter.package} is not installed ({error.name} is missing). Install it in the version that"
            " requirements/stores.txt names."
        ) from error
    return getattr(module, adapter.factory)
