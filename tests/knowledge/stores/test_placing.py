"""A store outside answers for the documents that it holds, PostgreSQL for all others, and nothing is left behind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assistants.knowledge.actions.erase_placements import erase_placements
from assistants.knowledge.actions.place_document import place_document
from assistants.knowledge.actions.place_documents import place_documents
from assistants.knowledge.actions.purge_source_set import purge_source_set
from assistants.knowledge.models import Document, Placement, SourceSet
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.vectors import condition
from assistants.knowledge.vectors.choice import open_store
from assistants.knowledge.vectors.port import VectorStore
from config.health import overall
from kernel import registries
from kernel.redis import sync_redis
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fakes.weaviate_server import WeaviateServer, weaviate_server
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
PETS = "One cat or one small dog is welcome. Snakes and other reptiles need written consent."
SUNDAY = "The workshop is open from nine to five. On Sundays it stays closed."


def asked(source_set: SourceSet, query: str = "When is it closed?", mode: str = "vector") -> list[str]:
    found = retrieve(scope_of(source_set), query, k=5, budget_tokens=2000, mode=mode)
    return [passage.text for passage in found]


def forget_answers() -> None:
    sync_redis().flushdb()


def held(server: WeaviateServer) -> int:
    return sum(len(objects) for tenants in server.tenants.values() for objects in tenants.values())


@pytest.fixture
def server(settings: Any) -> Iterator[WeaviateServer]:
    condition._paused.clear()
    with weaviate_server() as running:
        settings.VECTOR_STORE = {
            "name": "weaviate",
            "url": running.url,
            "grpc_url": running.grpc_url,
            "key": "",
            "database": "",
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
    upload(alice, made, name="pets.txt", data=PETS)
    upload(alice, made, name="hours.txt", data=SUNDAY)
    run_jobs()
    return made


@pytest.fixture
def placed(source_set: SourceSet, run_jobs: RunJobs) -> SourceSet:
    place_documents()
    run_jobs()
    return source_set


def documents(source_set: SourceSet) -> list[Document]:
    with tenant_scope(source_set.organisation_id):
        rows = Document.objects.for_organisation(source_set.organisation_id)
        return list(rows.filter(source_set=source_set).order_by("pk"))


def test_ready_documents_are_brought_there(placed: SourceSet, store: VectorStore) -> None:
    tenant = str(placed.organisation_id)
    for document in documents(placed):
        assert (document.vector_store, document.lease, document.lease_until) == ("weaviate", "", None)
        assert store.count(tenant, str(document.pk)) == document.passages > 0
        [placement] = Placement.objects.filter(document_id=document.pk)
        assert (placement.embedder, placement.erase_at) == (document.embedder, None)


def test_the_store_answers(placed: SourceSet, server: WeaviateServer, run_jobs: RunJobs) -> None:
    before = asked(placed)
    assert SUNDAY in before[0]
    for tenants in server.tenants.values():
        for objects in tenants.values():
            for key in [
                key
                for key, one in objects.items()
                if one.properties["document"] == str(documents(placed)[1].pk)
            ]:
                del objects[key]
    assert not any(SUNDAY in text for text in asked(placed, "When is it closed on Sundays?"))


@pytest.mark.parametrize("mode", ["hybrid", "vector"])
def test_answers_are_the_same_as_without(
    source_set: SourceSet, run_jobs: RunJobs, settings: Any, mode: str
) -> None:
    query = "Snakes or other reptiles?"
    before = asked(source_set, query, mode)
    place_documents()
    run_jobs()
    forget_answers()
    assert asked(source_set, query, mode) == before


def test_documents_that_are_not_there_yet_are_answered_for_here(
    placed: SourceSet, alice: Actor, run_jobs: RunJobs
) -> None:
    upload(alice, placed, name="parking.txt", data="Bicycles are parked behind the mill.")
    run_jobs()
    [*_, newest] = documents(placed)
    assert newest.vector_store == ""
    found = asked(placed, "Where do I leave my bicycle?")
    assert "Bicycles" in found[0]
    assert any(SUNDAY in text for text in found)


def test_what_the_store_names_is_checked_again(
    placed: SourceSet, alice: Actor, server: WeaviateServer, run_jobs: RunJobs
) -> None:
    """A store that gives a foreign passage under a name of ours, or nonsense, changes nothing."""
    other = make_source_set(alice)
    upload(alice, other, name="secret.txt", data="The combination of the safe is 4711.")
    run_jobs()
    [secret] = documents(other)
    with tenant_scope(other.organisation_id), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM knowledge_passage WHERE document_id = %s", [secret.pk])
        [(passage,)] = cursor.fetchall()
    for tenants in server.tenants.values():
        for objects in tenants.values():
            for number, one in enumerate(objects.values()):
                one.properties["passage"] = str(passage) if number % 2 else "'; DROP TABLE x; --"
    assert asked(placed, "What is the combination of the safe?") == []
    assert asked(placed, "closed on Sundays", mode="hybrid")


def test_a_store_that_fails_is_done_without(placed: SourceSet, server: WeaviateServer) -> None:
    expected = asked(placed, "Is it shut at weekends?")
    forget_answers()
    server.down = True
    assert asked(placed, "Is it shut at weekends?") == expected
    assert "PostgreSQL" in condition.readiness()
    assert "Weaviate" in condition.readiness()
    assert condition.is_paused("weaviate")


def test_a_store_that_lost_everything_is_done_without(placed: SourceSet, server: WeaviateServer) -> None:
    expected = asked(placed, "Is it shut at weekends?")
    forget_answers()
    for tenants in server.tenants.values():
        for objects in tenants.values():
            objects.clear()
    assert asked(placed, "Is it shut at weekends?") == expected
    assert "copy_vectors --to weaviate --again" in condition.readiness()


def test_a_failing_store_is_told_and_keeps_nobody_from_traffic() -> None:
    check = registries.ReadinessCheck("vectors", lambda: "gone", essential=False)
    registries.readiness_checks.register(check)
    try:
        assert overall({"database": "ok", "vectors": "gone"}) == "degraded"
        assert overall({"database": "ok", "vectors": "ok"}) == "ok"
        assert overall({"database": "silent", "vectors": "gone"}) == "unavailable"
    finally:
        registries.readiness_checks._items.remove(check)


def test_a_store_that_is_down_catches_up(
    source_set: SourceSet, server: WeaviateServer, run_jobs: RunJobs
) -> None:
    [document, _] = documents(source_set)
    arguments = {"organisation_id": document.organisation_id, "document_id": document.public_id}
    server.down = True
    place_document(**arguments)
    server.down = False
    [waiting, _] = documents(source_set)
    assert (waiting.vector_store, waiting.lease, waiting.attempts) == ("", "", 0)
    assert waiting.lease_until > timezone.now()
    place_document(**arguments)
    [now_there, _] = documents(source_set)
    assert now_there.vector_store == "weaviate"
    assert held(server) == now_there.passages


def test_placing_twice_stores_once(placed: SourceSet, server: WeaviateServer) -> None:
    count = held(server)
    for document in documents(placed):
        place_document(organisation_id=document.organisation_id, document_id=document.public_id)
    assert held(server) == count


def test_deleted_documents_are_erased_there(placed: SourceSet, server: WeaviateServer) -> None:
    with tenant_scope(placed.organisation_id, durable=True):
        purge_source_set(source_set=placed)
    assert held(server) > 0
    assert erase_placements() == 2
    assert held(server) == 0
    assert not Placement.objects.exists()


def test_erasing_waits_for_a_store_that_is_down(placed: SourceSet, server: WeaviateServer) -> None:
    with tenant_scope(placed.organisation_id, durable=True):
        purge_source_set(source_set=placed)
    server.down = True
    assert erase_placements() == 0
    server.down = False
    assert Placement.objects.filter(attempts=1, erase_at__gt=timezone.now()).count() == 2
    assert erase_placements() == 0  # not yet
    Placement.objects.update(erase_at=timezone.now())
    assert erase_placements() == 2
    assert held(server) == 0


def test_an_organisation_that_is_gone_is_dropped_there(placed: SourceSet, server: WeaviateServer) -> None:
    Placement.objects.update(organisation_id=987654321, erase_at=timezone.now() - timedelta(seconds=1))
    open_store("weaviate").ensure("987654321", 384)
    assert erase_placements() == 2
    assert all("bottega-t-987654321" not in tenants for tenants in server.tenants.values())


def test_another_model_s_vectors_send_a_document_back_here(placed: SourceSet) -> None:
    [document, other] = documents(placed)
    with tenant_scope(placed.organisation_id, durable=True):
        Document.objects.for_organisation(placed.organisation_id).filter(pk=document.pk).update(
            embedder="next/model"
        )
    assert [one.vector_store for one in documents(placed)] == ["", "weaviate"]
    assert Placement.objects.get(document_id=document.pk).embedder == ""
    assert Placement.objects.get(document_id=other.pk).embedder == other.embedder


def test_a_document_that_goes_while_it_is_brought_there_leaves_nothing(source_set: SourceSet) -> None:
    """Its placement was written before its vectors, so deleting it has something to erase; but not at once."""
    [document, _] = documents(source_set)
    Placement.objects.create(
        store="weaviate", organisation_id=document.organisation_id, document_id=document.pk
    )
    with tenant_scope(source_set.organisation_id, durable=True):
        purge_source_set(source_set=source_set)
    waiting = Placement.objects.get(document_id=document.pk)
    assert timezone.now() + timedelta(seconds=60) < waiting.erase_at


def test_without_a_store_outside_nothing_is_done(
    source_set: SourceSet, settings: Any, run_jobs: RunJobs
) -> None:
    settings.VECTOR_STORE = {"name": "pgvector", "url": "", "key": "", "database": "", "grpc_url": ""}
    place_documents()
    assert run_jobs() == []
    assert condition.readiness() == "ok"


def test_every_organisation_has_its_own_place(
    placed: SourceSet, charlie: Actor, server: WeaviateServer, run_jobs: RunJobs
) -> None:
    theirs = make_source_set(charlie)
    upload(charlie, theirs, name="ours.txt", data=SUNDAY)
    run_jobs()
    place_documents()
    run_jobs()
    names = {f"bottega-t-{one.organisation_id}" for one in (placed, theirs)}
    assert {name for tenants in server.tenants.values() for name in tenants} == names
    assert len(asked(theirs)) == 1
