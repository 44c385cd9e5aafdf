"""Chroma: the real server."""

from collections.abc import Iterator

import pytest

from assistants.knowledge.vectors.choice import make_store
from tests.knowledge.stores.contract import Bench, Names, StoreContract
from tests.knowledge.stores.servers import chroma_server


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        store = make_store({"name": "chroma", "url": url})
        yield Bench(store, Names())
        store.close()


class TestChroma(StoreContract):
    """The contract, over a Chroma server."""
