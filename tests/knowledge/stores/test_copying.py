"""Vectors move between stores while questions go on; what arrived is compared with the database."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from assistants.knowledge.actions.erase_placements import erase_placements
from assistants.knowledge.actions.place_documents import place_documents
from assistants.knowledge.models import Document, Placement, SourceSet
from assistants.knowledge.vectors import condition
from assistants.knowledge.vectors.choice import open_store
from assistants.knowledge.vectors.port import VectorStore
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, upload
from tests.fakes.weaviate_server import WeaviateServer, weaviate_server
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
NOWHERE = {"name": "pgvector", "url": "", "key": "", "database": "", "grpc_url": ""}


@pytest.fixture
def server(settings: Any) -> Iterator[WeaviateServer]:
    condition._paused.clear()
    with weaviate_server() as running:
        settings.VECTOR_STORE = NOWHERE
        settings.OTHER_VECTOR_STORE = NOWHERE | {
            "name": "weaviate",
            "url": running.url,
            "grpc_url": running.grpc_url,
        }
        client = open_store("weaviate")
        yield running
        client.close()
    condition._paused.clear()


@pytest.fixture
def store(server: WeaviateServer) -> VectorStore:
    return open_store("weaviate")


@pytest.fixture
def source_set(alice: Actor, run_jobs: RunJobs, server: WeaviateServer) -> SourceSet:
    made = make_source_set(alice)
    for number, text in enumerate(
        ("Snakes need written consent.", "On Sundays it is closed.", "The rent is due.")
    ):
        upload(alice, made, name=f"{number}.txt", data=text)
    run_jobs()
    return made


def documents(source_set: SourceSet) -> list[Document]:
    with tenant_scope(source_set.organisation_id):
        rows = Document.objects.for_organisation(source_set.organisation_id)
        return list(rows.filter(source_set=source_set).order_by("pk"))


def copy(**options: Any) -> str:
    out = StringIO()
    call_command("copy_vectors", stdout=out, **options)
    return out.getvalue()


def test_everything_is_copied_and_compared(source_set: SourceSet, store: VectorStore) -> None:
    told = copy(target="weaviate")
    assert "3 of 3 documents" in told
    assert "Copied 3 vectors of 3 documents" in told
    assert "1.000 of the nearest passages are the same" in told
    assert told.endswith("Everything holds.\n")
    for document in documents(source_set):
        assert store.count(str(source_set.organisation_id), str(document.pk)) == 1
        assert document.vector_store == ""  # another store is this deployment's
        assert document.lease == ""


def test_a_second_run_goes_on_where_the_first_stopped(source_set: SourceSet, server: WeaviateServer) -> None:
    first = documents(source_set)[0]
    Placement.objects.create(
        store="weaviate",
        organisation_id=source_set.organisation_id,
        document_id=first.pk,
        embedder=first.embedder,
    )
    with pytest.raises(CommandError, match="differ"):  # it is said to be there, and is not
        copy(target="weaviate")
    Placement.objects.filter(document_id=first.pk).delete()
    assert "Copied 1 vectors of 1 documents" in copy(target="weaviate")
    assert "Copied 0 vectors of 0 documents" in copy(target="weaviate")


def test_after_the_switch_nothing_is_copied_again(
    source_set: SourceSet, settings: Any, run_jobs: RunJobs
) -> None:
    copy(target="weaviate")
    settings.VECTOR_STORE = settings.OTHER_VECTOR_STORE
    place_documents()
    assert run_jobs() == []
    assert {document.vector_store for document in documents(source_set)} == {"weaviate"}


def test_what_is_missing_or_different_there_is_told(source_set: SourceSet, server: WeaviateServer) -> None:
    copy(target="weaviate")
    [objects] = [objects for tenants in server.tenants.values() for objects in tenants.values()]
    first, second, _ = objects
    del objects[first]
    objects[second].vector = -objects[second].vector
    out = StringIO()
    with pytest.raises(CommandError, match="2 problems"):
        call_command("copy_vectors", target="weaviate", verify_only=True, stdout=out)
    assert "0 vectors instead of 1" in out.getvalue()
    assert "1 of 1 vectors differ" in out.getvalue()


def test_a_store_that_lost_everything_is_filled_again(source_set: SourceSet, server: WeaviateServer) -> None:
    copy(target="weaviate")
    [objects] = [objects for tenants in server.tenants.values() for objects in tenants.values()]
    objects.clear()
    assert "Copied 3 vectors of 3 documents" in copy(target="weaviate", again=True)
    assert len(objects) == 3


def test_one_organisation_alone(source_set: SourceSet, charlie: Actor, run_jobs: RunJobs) -> None:
    theirs = make_source_set(charlie)
    upload(charlie, theirs, name="theirs.txt", data="Only theirs.")
    run_jobs()
    assert "1 of 1 documents" in copy(target="weaviate", organisation=charlie.organisation.slug)
    assert set(Placement.objects.values_list("organisation_id", flat=True)) == {charlie.organisation.pk}
    with pytest.raises(CommandError, match="no organisation"):
        copy(target="weaviate", organisation="nobody")


def test_from_one_store_outside_to_another_and_home(
    source_set: SourceSet, settings: Any, server: WeaviateServer, tmp_path: Path
) -> None:
    copy(target="weaviate")
    [objects] = [objects for tenants in server.tenants.values() for objects in tenants.values()]
    del objects[next(iter(objects))]  # is read from the database instead
    settings.VECTOR_STORE = NOWHERE | {"name": "milvus", "url": str(tmp_path / "vectors.db")}
    told = copy(origin="weaviate", target="milvus", erase=True)
    assert "Copied 3 vectors of 3 documents" in told
    assert "1 were read from the database" in told
    assert "3 documents will be erased from weaviate" in told
    assert {document.vector_store for document in documents(source_set)} == {"milvus"}
    assert erase_placements() == 3
    assert objects == {}
    assert "3 documents will be erased from milvus" in copy(origin="milvus", target="pgvector", erase=True)
    assert {document.vector_store for document in documents(source_set)} == {""}
    assert Placement.objects.filter(store="milvus", erase_at__lte=timezone.now()).count() == 3
    open_store("milvus").close()


def test_what_makes_no_sense_is_refused(server: WeaviateServer) -> None:
    with pytest.raises(CommandError, match="same store"):
        copy(target="pgvector")
    with pytest.raises(CommandError, match="chroma is not configured"):
        copy(target="chroma")
    with pytest.raises(CommandError, match="always stay in PostgreSQL"):
        copy(target="weaviate", erase=True)


def test_a_store_that_is_down_ends_the_copy_with_words(source_set: SourceSet, server: WeaviateServer) -> None:
    server.down = True
    with pytest.raises(CommandError, match="run the command again"):
        copy(target="weaviate")
    assert {document.lease for document in documents(source_set)} == {""}
