"""Vectors that are written through the port while their set moves to another shelf arrive there."""

from collections.abc import Callable

import pytest

from assistants.knowledge.models import PassageVector, Shelf, ShelfChange
from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.port import Chunk
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages
from tests.knowledge.stores.contract import random_vectors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]


def upserting(store: PgvectorStore, tenant: str, chunks: list[Chunk]) -> None:
    store.upsert(tenant, chunks)


def deleting(store: PgvectorStore, tenant: str, chunks: list[Chunk]) -> None:
    store.delete_document(tenant, chunks[0].document)


def dropping(store: PgvectorStore, tenant: str, chunks: list[Chunk]) -> None:
    store.drop_tenant(tenant)


@pytest.mark.parametrize("write", [upserting, deleting, dropping])
def test_the_move_takes_the_document_along_anew(alice: Actor, write: Callable[..., None]) -> None:
    source_set = make_source_set(alice)
    [document], _vectors = make_passages(source_set, 4, documents=1)
    own = {"organisation_id": source_set.organisation_id, "source_set_id": source_set.pk}
    with tenant_scope(source_set.organisation_id, durable=True):
        Shelf.objects.create(dimensions=64, state=Shelf.State.FILLING, **own)
    with tenant_scope(source_set.organisation_id):
        keys = PassageVector.objects.for_organisation(source_set.organisation_id).values_list("pk", flat=True)
        vectors = random_vectors(4, 64, seed=2)
        chunks = [
            Chunk(str(key), str(source_set.pk), str(document), vector)
            for key, vector in zip(keys, vectors, strict=True)
        ]
    write(PgvectorStore(), str(source_set.organisation_id), chunks)
    with tenant_scope(source_set.organisation_id):
        noted = ShelfChange.objects.for_organisation(source_set.organisation_id)
        assert set(noted.values_list("document_id", flat=True)) == {document}
