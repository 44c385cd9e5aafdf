"""Bring made vectors of entries into a migrated store, by binary COPY: of some hundred topics, as what people write has them."""

import struct
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

MODEL, DIMENSIONS, TOPICS, BATCH = "made#12345678", 384, 500, 20_000
NOISE = 1.0  # as long as the topic's own vector: two of one topic are about 0.5 alike
_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_ROW = np.dtype(
    [
        ("columns", ">i2"), ("l1", ">i4"), ("listing", ">i8"), ("l2", ">i4"), ("organisation", ">i8"),
        ("l3", ">i4"), ("model", f"S{len(MODEL)}"), ("l4", ">i4"), ("told", "S4"), ("l5", ">i4"),
        ("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", (DIMENSIONS,)),
    ]
)  # fmt: skip


def topics() -> NDArray[np.float32]:
    """Vectors of length 1, a row a topic."""
    return _normal(np.random.default_rng(7).standard_normal((TOPICS, DIMENSIONS), dtype=np.float32))


def about(topic: int) -> NDArray[np.float32]:
    """The vector of a question about a topic."""
    noise = np.random.default_rng(topic).standard_normal((1, DIMENSIONS), dtype=np.float32)
    made: NDArray[np.float32] = _normal(topics()[[topic]] + NOISE * _normal(noise))[0]
    return made


def load_meanings(admin: psycopg.Connection[Any]) -> None:
    """Copy a vector for every entry, then let the trigger that the product has make the index.

    Args:
        admin: a superuser's connection in autocommit whose triggers rest; they do so again afterwards.
    """
    keys = np.array(
        admin.execute("SELECT listing_id, organisation_id FROM store_entry ORDER BY 1").fetchall(),
        dtype=np.int64,
    )
    chance, known = np.random.default_rng(11), topics()
    copying = "COPY store_entrymeaning (listing_id, organisation_id, embedder, told, embedding) FROM STDIN (FORMAT binary)"
    with admin.cursor().copy(copying) as target:
        target.write(_HEADER)
        for first in range(0, len(keys), BATCH):
            target.write(_rows(keys[first : first + BATCH], chance, known).tobytes())
        target.write(struct.pack(">h", -1))
    admin.execute(
        "SET maintenance_work_mem = '2GB'; SET max_parallel_maintenance_workers = 2; SET session_replication_role = origin"
    )
    admin.execute(
        "INSERT INTO store_meaningmodel (embedder, dimensions, centres) VALUES (%s, %s, '')",
        [MODEL, DIMENSIONS],
    )
    admin.execute("SET session_replication_role = replica")


def _rows(keys: Any, chance: np.random.Generator, known: NDArray[np.float32]) -> Any:
    rows = np.empty(len(keys), _ROW)
    rows["columns"], rows["l1"], rows["l2"], rows["l3"], rows["l4"] = 5, 8, 8, len(MODEL), 4
    rows["l5"], rows["dimensions"], rows["unused"] = 4 + 2 * DIMENSIONS, DIMENSIONS, 0
    rows["listing"], rows["organisation"], rows["model"], rows["told"] = keys[:, 0], keys[:, 1], MODEL, "made"
    noise = chance.standard_normal((len(keys), DIMENSIONS), dtype=np.float32)
    rows["vector"] = _normal(known[chance.integers(0, TOPICS, len(keys))] + NOISE * _normal(noise))
    return rows


def _normal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made
