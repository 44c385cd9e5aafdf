"""Pinecone: the official client against an emulator of its data plane."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from assistants.knowledge.vectors.choice import make_store
from tests.knowledge.stores.contract import DIM, Bench, Names, StoreContract
from tests.knowledge.stores.servers import pinecone_emulator


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with pinecone_emulator(tmp_path_factory.mktemp("pinecone")) as url:
        hosts = [_index(url, dim) for dim in (DIM, 2 * DIM)]
        store = make_store({"name": "pinecone", "url": ", ".join(hosts), "key": "test"})
        yield Bench(store, Names())
        store.close()


def _index(url: str, dim: int) -> str:
    """Indexes are made beforehand: here as the emulator wants it, which is not as the service does."""
    body = json.dumps({"name": f"of-{dim}", "dimension": dim, "metric": "cosine"}).encode()
    request = urllib.request.Request(
        f"{url}/indexes", data=body, headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=60).close()
    return f"{url}/indexes/of-{dim}"


class TestPinecone(StoreContract):
    """The contract, over Pinecone's emulator."""
