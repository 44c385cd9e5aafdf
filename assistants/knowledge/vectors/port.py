"""What a store of vectors does for us, whichever it is.

PostgreSQL keeps the truth: a store outside only answers which passages are near a question. What it names is looked up
and checked again in SQL, so that nothing rests on it but speed.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Vector = NDArray[np.float32]
MAX_DOCUMENTS = 1000  # named in one filter; longer lists are asked for in several questions
_PLAIN = re.compile(r"[A-Za-z0-9]{1,40}")


class VectorStoreError(Exception):
    """Something is wrong with a store of vectors; `str` is a sentence for operators.

    VectorStoreError
    ├── StoreUnavailable
    └── DimensionMismatch
    """


class StoreUnavailable(VectorStoreError):
    """The store does not answer, or refuses what it was asked."""


class DimensionMismatch(VectorStoreError):
    """Vectors are of another length than the place that was made for them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage's vector on its way to or from a store.

    Attributes:
        id: of the passage, unique within the tenant.
        assistant: whose knowledge it belongs to; one tenant has many.
        vector: of unit length or not: distances are by angle.
    """

    id: str
    assistant: str
    document: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A passage near a question; `distance` is 1 minus the cosine of the angle between them, from 0 to 2."""

    id: str
    document: str
    distance: float


class VectorStore(Protocol):
    """A store of vectors with a walled place for every tenant.

    Ids may hold any characters: adapters escape them. Every call may raise `StoreUnavailable`. Calls of one store may come
    from several threads.

    Attributes:
        counts_late: whether what was just written may be missing from counts and samples for some seconds.
    """

    name: str
    counts_late: bool

    def ensure(self, tenant: str, dim: int) -> None:
        """Make the tenant's place for vectors of this length, where it is not there yet.

        Raises:
            DimensionMismatch: this store has no place for vectors of that length.
        """

    def upsert(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        """Store chunks, in the place of those with the same ids.

        Raises:
            DimensionMismatch: their vectors are not all of one length, or no place was made for that length.
        """

    def delete_document(self, tenant: str, document: str) -> None:
        """Take all chunks of a document away; none is no error."""

    def query(
        self, tenant: str, assistants: Sequence[str], vector: Vector, k: int, document_ids: Sequence[str]
    ) -> list[Neighbour]:
        """The k nearest chunks of these documents of these assistants, nearest first; fewer where there are fewer.

        Vectors of another length than the question's are not looked at.
        """

    def drop_tenant(self, tenant: str) -> None:
        """Take away everything of a tenant; none is no error."""

    def count(self, tenant: str, document: str) -> int:
        """How many chunks of a document are there."""

    def sample(self, tenant: str, document: str, limit: int) -> list[Chunk]:
        """Chunks of a document with their vectors, at most so many, in no order."""

    def check(self) -> None:
        """Ask the store for a sign of life, without touching a tenant."""

    def close(self) -> None:
        """Give connections back."""


def dimension_of(chunks: Sequence[Chunk]) -> int:
    """The length of their vectors.

    Raises:
        DimensionMismatch: they are not all of one length.
    """
    lengths = {len(chunk.vector) for chunk in chunks}
    if len(lengths) != 1:
        raise DimensionMismatch(f"Vectors of different lengths came together: {sorted(lengths)}.")
    return lengths.pop()


def place_name(tenant: str, separator: str = "-") -> str:
    """A name for a tenant's place that every store takes: short, of letters, digits and the separator.

    Different tenants have different names, whatever characters theirs hold.
    """
    if _PLAIN.fullmatch(tenant):
        return separator.join(("bottega", "t", tenant))
    return separator.join(("bottega", "h", hashlib.sha256(tenant.encode()).hexdigest()[:40]))


def parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in pieces of at most this size."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def nearest(found: Sequence[Neighbour], k: int) -> list[Neighbour]:
    """The k nearest of what several questions found."""
    return sorted(found, key=lambda neighbour: (neighbour.distance, neighbour.id))[:k]


@contextmanager
def talking_to(store: str) -> Iterator[None]:
    """Turn whatever a client raises in the block into `StoreUnavailable`."""
    try:
        yield
    except VectorStoreError:
        raise
    except Exception as error:  # each client has its own tree of errors, of its transports too
        raise StoreUnavailable(f"{store} does not answer as it should: {_told(error)}") from error


def _told(error: Exception) -> str:
    words = " ".join(str(error).split())[:300].rstrip(".")
    return f"{type(error).__name__}: {words}." if words else f"{type(error).__name__}."
