"""Milvus: the real Milvus Lite, in the client's process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistants.knowledge.vectors.choice import make_store
from tests.knowledge.stores.contract import Bench, Names, StoreContract


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    file: Path = tmp_path_factory.mktemp("milvus") / "vectors.db"
    store = make_store({"name": "milvus", "url": str(file)})
    yield Bench(store, Names())
    store.close()


class TestMilvus(StoreContract):
    """The contract, over Milvus Lite."""
