"""What every store of vectors must do: one suite, run over each of them by the files beside this one.

A store is given as `store`; `bring(tenant, chunks)` readies what chunks stand for and stores them. Names of tenants,
assistants, documents and chunks come from the fixture `names`: in PostgreSQL they are primary keys.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import pytest

from assistants.knowledge.vectors.port import Chunk, DimensionMismatch, VectorStore

DIM = 16
TRICKY = (
    "it's",
    'say "no"',
    '" or 1 == 1 or document == "',
    "'] or tenant_id != '",
    "back\\slash\\",
    '\\" || true || "',
    "a:b/c?d=e#f%20",
    "{{template}} {x} %s $in",
    "line\nbreak\ttab",
    "引用 “ü” 🜂",
    "*",
    "null",
)


@dataclass
class Names:
    """Fresh names: strings of digits, so that they are keys anywhere."""

    number: Any = field(default_factory=lambda: count(900_000_001))

    def one(self) -> str:
        return str(next(self.number))


@dataclass
class Bench:
    """A store under test with the means to fill it."""

    store: VectorStore
    names: Names
    ready: Callable[[str, Sequence[Chunk]], None] = lambda tenant, chunks: None
    tenants: Callable[[], str] | None = None
    keeps_rows: bool = False  # rows exist before they have vectors, and only those

    def tenant(self) -> str:
        return self.tenants() if self.tenants else self.names.one()

    def chunks(self, amount: int, *, document: str = "", assistant: str = "", dim: int = DIM) -> list[Chunk]:
        document, assistant = document or self.names.one(), assistant or self.names.one()
        vectors = random_vectors(amount, dim, seed=int(self.names.one()))
        return [Chunk(self.names.one(), assistant, document, vector) for vector in vectors]

    def bring(self, tenant: str, chunks: Sequence[Chunk]) -> None:
        self.ready(tenant, chunks)
        self.store.ensure(tenant, len(chunks[0].vector))
        self.store.upsert(tenant, chunks)

    def ids(self, tenant: str, like: Chunk, *, k: int = 100, **changes: Any) -> list[str]:
        asked = {"assistants": [like.assistant], "document_ids": [like.document]} | changes
        return [found.id for found in self.store.query(tenant, vector=like.vector, k=k, **asked)]


def random_vectors(amount: int, dim: int, *, seed: int) -> np.ndarray:
    """Unit vectors that half precision holds well."""
    made = np.random.default_rng(seed).standard_normal((amount, dim)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


class StoreContract:
    """The suite; a subclass provides the fixture `bench`."""

    def test_the_nearest_come_first_with_exact_distances(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(50)
        bench.bring(tenant, chunks)
        asked = random_vectors(1, DIM, seed=7)[0]
        found = bench.store.query(tenant, [chunks[0].assistant], asked, 10, [chunks[0].document])
        exact = 1 - np.stack([chunk.vector for chunk in chunks]) @ asked
        order = np.argsort(exact)[:10]
        assert [neighbour.id for neighbour in found] == [chunks[place].id for place in order]
        assert [neighbour.distance for neighbour in found] == pytest.approx(exact[order], abs=2e-3)
        assert {neighbour.document for neighbour in found} == {chunks[0].document}

    def test_another_tenant_s_chunks_are_never_found(self, bench: Bench) -> None:
        mine, theirs = bench.tenant(), bench.tenant()
        chunks, foreign = bench.chunks(5), bench.chunks(5)
        bench.bring(mine, chunks)
        bench.bring(theirs, foreign)
        both = {
            "assistants": [chunks[0].assistant, foreign[0].assistant],
            "document_ids": [chunks[0].document, foreign[0].document],
        }
        assert set(bench.ids(mine, foreign[0], **both)) == {chunk.id for chunk in chunks}
        assert set(bench.ids(theirs, chunks[0], **both)) == {chunk.id for chunk in foreign}

    def test_one_tenant_s_deletions_leave_the_other_s_alone(self, bench: Bench) -> None:
        mine, theirs = bench.tenant(), bench.tenant()
        chunks, foreign = bench.chunks(3), bench.chunks(3)
        bench.bring(mine, chunks)
        bench.bring(theirs, foreign)
        bench.store.delete_document(mine, foreign[0].document)
        assert bench.store.count(theirs, foreign[0].document) == 3
        bench.store.drop_tenant(mine)
        assert bench.store.count(mine, chunks[0].document) == 0
        assert bench.ids(mine, chunks[0]) == []
        assert len(bench.ids(theirs, foreign[0])) == 3

    def test_the_same_ids_of_two_tenants_are_two_things(self, bench: Bench) -> None:
        if bench.keeps_rows:
            pytest.skip("primary keys are unique across organisations")
        mine, theirs = bench.tenant(), bench.tenant()
        chunks = bench.chunks(2)
        bench.bring(mine, chunks)
        bench.bring(theirs, [Chunk(c.id, c.assistant, c.document, -c.vector) for c in chunks])
        bench.store.delete_document(theirs, chunks[0].document)
        [kept, _] = bench.store.query(mine, [chunks[0].assistant], chunks[0].vector, 9, [chunks[0].document])
        assert kept.distance == pytest.approx(0, abs=2e-3)

    def test_only_the_named_documents_and_assistants_are_searched(self, bench: Bench) -> None:
        tenant = bench.tenant()
        one, two = bench.chunks(4), bench.chunks(4)
        bench.bring(tenant, [*one, *two])
        assert set(bench.ids(tenant, one[0], document_ids=[two[0].document])) == set()
        both = {"assistants": [one[0].assistant, two[0].assistant]}
        assert set(bench.ids(tenant, one[0], document_ids=[two[0].document], **both)) == {c.id for c in two}
        assert bench.ids(tenant, one[0], document_ids=[]) == []
        assert bench.ids(tenant, one[0], assistants=[]) == []

    def test_a_thousand_documents_and_more_are_asked_for_at_once(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(4)
        bench.bring(tenant, chunks)
        many = [bench.names.one() for _ in range(2500)] + [chunks[0].document]
        assert bench.ids(tenant, chunks[1], k=2, document_ids=many)[0] == chunks[1].id

    def test_k_may_be_larger_than_what_is_there(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(3)
        bench.bring(tenant, chunks)
        assert len(bench.ids(tenant, chunks[0], k=5000)) == 3
        assert bench.ids(tenant, chunks[0], k=0) == []

    def test_storing_twice_replaces(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(3)
        bench.bring(tenant, chunks)
        changed = Chunk(chunks[0].id, chunks[0].assistant, chunks[0].document, -chunks[0].vector)
        bench.bring(tenant, chunks)
        bench.bring(tenant, [changed])
        assert bench.store.count(tenant, chunks[0].document) == 3
        assert bench.ids(tenant, changed, k=1) == [changed.id]
        held = {chunk.id: chunk for chunk in bench.store.sample(tenant, changed.document, 10)}
        assert held[changed.id].vector == pytest.approx(changed.vector, abs=2e-3)

    def test_deleting_a_document_leaves_the_others(self, bench: Bench) -> None:
        tenant, gone, kept = bench.tenant(), bench.chunks(4), bench.chunks(4)
        bench.bring(tenant, [*gone, *kept])
        bench.store.delete_document(tenant, gone[0].document)
        bench.store.delete_document(tenant, gone[0].document)
        assert bench.store.count(tenant, gone[0].document) == 0
        assert bench.ids(tenant, gone[0]) == []
        assert bench.store.count(tenant, kept[0].document) == 4

    def test_a_tenant_that_nobody_made_is_empty(self, bench: Bench) -> None:
        stranger, chunk = bench.names.one(), bench.chunks(1)[0]
        bench.store.delete_document(stranger, chunk.document)
        bench.store.drop_tenant(stranger)
        assert bench.store.count(stranger, chunk.document) == 0
        assert bench.store.sample(stranger, chunk.document, 5) == []
        assert bench.ids(stranger, chunk) == []

    def test_a_dropped_tenant_may_come_back(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(2)
        bench.bring(tenant, chunks)
        bench.store.drop_tenant(tenant)
        bench.bring(tenant, chunks)
        assert len(bench.ids(tenant, chunks[0])) == 2

    def test_vectors_of_different_lengths_are_refused_together(self, bench: Bench) -> None:
        tenant = bench.tenant()
        with pytest.raises(DimensionMismatch):
            bench.bring(tenant, [*bench.chunks(1), *bench.chunks(1, dim=DIM // 2)])

    def test_a_length_without_a_place_is_refused(self, bench: Bench) -> None:
        if bench.keeps_rows:
            pytest.skip("rows hold vectors of any length")
        tenant = bench.tenant()
        bench.store.ensure(tenant, DIM)
        with pytest.raises(DimensionMismatch):
            bench.store.upsert(tenant, bench.chunks(1, dim=DIM + 3))

    def test_two_lengths_live_beside_each_other(self, bench: Bench) -> None:
        tenant, short, long = bench.tenant(), bench.chunks(2), bench.chunks(2, dim=2 * DIM)
        bench.bring(tenant, short)
        bench.bring(tenant, long)
        both = {
            "assistants": [short[0].assistant, long[0].assistant],
            "document_ids": [short[0].document, long[0].document],
        }
        assert set(bench.ids(tenant, short[0], **both)) == {chunk.id for chunk in short}
        assert set(bench.ids(tenant, long[0], **both)) == {chunk.id for chunk in long}
        bench.store.delete_document(tenant, long[0].document)
        assert bench.store.count(tenant, long[0].document) == 0

    def test_a_question_of_another_length_finds_nothing(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(2)
        bench.bring(tenant, chunks)
        odd = bench.chunks(1, dim=DIM + 5)[0].vector
        assert bench.store.query(tenant, [chunks[0].assistant], odd, 5, [chunks[0].document]) == []

    def test_more_than_a_thousand_at_once(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(1203)
        bench.bring(tenant, chunks)
        assert bench.store.count(tenant, chunks[0].document) == 1203
        assert bench.ids(tenant, chunks[1202], k=1) == [chunks[1202].id]
        assert len(bench.store.sample(tenant, chunks[0].document, 1203)) == 1203

    def test_what_was_stored_is_read_back(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(6)
        bench.bring(tenant, chunks)
        [held] = [c for c in bench.store.sample(tenant, chunks[0].document, 10) if c.id == chunks[4].id]
        assert (held.assistant, held.document) == (chunks[4].assistant, chunks[4].document)
        cosine = held.vector @ chunks[4].vector / np.linalg.norm(held.vector)
        assert cosine == pytest.approx(1, abs=2e-3)
        assert len(bench.store.sample(tenant, chunks[0].document, 2)) == 2

    def test_nothing_to_store_is_no_error(self, bench: Bench) -> None:
        bench.store.upsert(bench.tenant(), [])

    def test_it_gives_a_sign_of_life(self, bench: Bench) -> None:
        bench.store.check()

    def test_any_characters_in_names_mean_themselves(self, bench: Bench) -> None:
        if bench.keeps_rows:
            self._odd_names_of_keys(bench)
            return
        tenant = f'o\'Hara "&" {bench.names.one()} \\'
        chunks = [bench.chunks(1, document=name, assistant=name)[0] for name in TRICKY]
        chunks = [Chunk(f"{c.document} #1", c.assistant, c.document, c.vector) for c in chunks]
        bench.bring(tenant, chunks)
        for chunk in chunks:
            assert bench.ids(tenant, chunk) == [chunk.id]
            assert bench.store.count(tenant, chunk.document) == 1
        for done, chunk in enumerate(chunks, 1):
            bench.store.delete_document(tenant, chunk.document)
            left = sum(bench.store.count(tenant, other.document) for other in chunks)
            assert left == len(chunks) - done, chunk.document

    def test_an_injection_finds_nothing(self, bench: Bench) -> None:
        tenant, chunks = bench.tenant(), bench.chunks(3)
        bench.bring(tenant, chunks)
        for text in TRICKY:
            assert bench.ids(tenant, chunks[0], document_ids=[text]) == []
            assert bench.ids(tenant, chunks[0], assistants=[text]) == []
            bench.store.delete_document(tenant, text)
            assert bench.store.count(tenant, text) == 0
        assert bench.store.count(tenant, chunks[0].document) == 3

    @staticmethod
    def _odd_names_of_keys(bench: Bench) -> None:
        """Names that are no keys are nobody's."""
        chunk = bench.chunks(1)[0]
        for text in TRICKY:
            bench.store.upsert(text, [chunk])
            assert bench.ids(text, chunk) == []
            assert bench.store.count(text, chunk.document) == 0
            bench.store.drop_tenant(text)
