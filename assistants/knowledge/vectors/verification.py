"""Whether a store holds what the database holds, and finds what the database finds."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from assistants.knowledge.models import Document, PassageVector
from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.keys import names_of, tenant_of
from assistants.knowledge.vectors.port import Chunk, Vector, VectorStore
from kernel.tenancy import tenant_scope

SAMPLED = 20  # vectors compared of every document
TOLERANCE = 2e-3  # of any number of a unit vector: half precision, twice
QUESTIONS, NEAREST = 20, 10  # of every set, and how many passages each asks for
LEAST_OVERLAP = 0.95
NOISE = 0.35  # of a question's length, beside the passage that it is made from
SETTLES = (0.0, 1.0, 2.0, 4.0, 8.0)  # seconds before a store that counts late is asked again


@dataclass(slots=True)
class Verification:
    """What was found.

    Attributes:
        overlaps: for every question, how many of the nearest passages were the same, 0 to 1.
        problems: sentences.
    """

    documents: int = 0
    vectors: int = 0
    overlaps: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def overlap(self) -> float:
        """The mean of the overlaps; 1 where nothing was asked."""
        return sum(self.overlaps) / len(self.overlaps) if self.overlaps else 1.0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and self.overlap >= LEAST_OVERLAP


def verify_document(store: VectorStore, document: Document, into: Verification) -> None:
    """Compare a document's count, and a sample of its vectors, with the database's. Opens the organisation.

    Raises:
        VectorStoreError: the store failed.
    """
    tenant, name = tenant_of(document.organisation_id), str(document.pk)
    expected = PgvectorStore().count(tenant, name)
    count = _settled_count(store, tenant, name, expected)
    into.documents += 1
    if count != expected:
        into.problems.append(f"{document.public_id}: {count} vectors instead of {expected}.")
    sample = store.sample(tenant, name, SAMPLED)
    known = _known_vectors(document, [int(chunk.id) for chunk in sample if chunk.id.isdigit()])
    into.vectors += len(sample)
    odd = [chunk.id for chunk in sample if not _same(chunk, known.get(chunk.id))]
    if odd:
        into.problems.append(
            f"{document.public_id}: {len(odd)} of {len(sample)} vectors differ, as {odd[0]} does."
        )


def verify_questions(
    store: VectorStore, organisation_id: int, source_set_id: int, documents: Sequence[int], into: Verification
) -> None:
    """Ask the store and the database the same of one set, and note how far they agree. Opens the organisation.

    Args:
        documents: primary keys of those that lie in the store, all by the same model.

    Raises:
        VectorStoreError: the store failed.
    """
    tenant, names = tenant_of(organisation_id), names_of(documents)
    for question in _questions(organisation_id, source_set_id, documents):
        asked = (tenant, [str(source_set_id)], question, NEAREST, names)
        expected = {neighbour.id for neighbour in PgvectorStore().query(*asked)}
        found = {neighbour.id for neighbour in store.query(*asked)}
        into.overlaps.append(len(found & expected) / len(expected) if expected else 1.0)


def _settled_count(store: VectorStore, tenant: str, document: str, expected: int) -> int:
    count = -1
    for pause in SETTLES if store.counts_late else SETTLES[:1]:
        time.sleep(pause)
        count = store.count(tenant, document)
        if count == expected:
            break
    return count


def _known_vectors(document: Document, ids: Sequence[int]) -> dict[str, Vector]:
    with tenant_scope(document.organisation_id):
        rows = PassageVector.objects.for_organisation(document.organisation_id)
        known = rows.filter(document_id=document.pk, pk__in=ids, embedding__isnull=False)
        return {
            str(key): np.asarray(vector, np.float32) for key, vector in known.values_list("pk", "embedding")
        }


def _same(chunk: Chunk, known: Vector | None) -> bool:
    if known is None or len(known) != len(chunk.vector):
        return False
    # Some stores keep vectors at unit length, which changes nothing between angles.
    return bool(np.abs(_unit(chunk.vector) - _unit(known)).max() <= TOLERANCE)


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _questions(organisation_id: int, source_set_id: int, documents: Sequence[int]) -> list[Vector]:
    """Vectors near passages of the set, but none of theirs; the same ones every time."""
    with tenant_scope(organisation_id):
        rows = PassageVector.objects.for_organisation(organisation_id).filter(
            source_set_id=source_set_id, document_id__in=documents, embedding__isnull=False
        )
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        chosen = keys[:: max(1, len(keys) // QUESTIONS)][:QUESTIONS]
        vectors = [
            np.asarray(vector, np.float32)
            for vector in rows.filter(pk__in=chosen).order_by("pk").values_list("embedding", flat=True)
        ]
    noise = np.random.default_rng(source_set_id)
    return [_unit(_unit(one) + NOISE * _unit(_drawn(noise, len(one)))) for one in vectors]


def _drawn(noise: np.random.Generator, dim: int) -> Vector:
    return noise.standard_normal(dim).astype(np.float32)
