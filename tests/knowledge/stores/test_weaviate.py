"""Weaviate: the official client against a stub made from its own protocol files."""

from collections.abc import Iterator

import pytest

from assistants.knowledge.vectors.choice import make_store
from tests.fakes.weaviate_server import weaviate_server
from tests.knowledge.stores.contract import Bench, Names, StoreContract


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with weaviate_server() as server:
        store = make_store({"name": "weaviate", "url": server.url, "grpc_url": server.grpc_url})
        yield Bench(store, Names())
        store.close()


class TestWeaviate(StoreContract):
    """The contract, over Weaviate's stub."""
