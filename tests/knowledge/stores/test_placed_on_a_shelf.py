"""A set whose vectors lie on a shelf of their own and in a store outside at once: both answer as one of them would."""

from typing import Any

import pytest

from assistants.knowledge.actions.keep_shelves import keep_shelves
from assistants.knowledge.actions.place_documents import place_documents
from assistants.knowledge.models import SourceSet
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import upload
from tests.fakes.weaviate_server import WeaviateServer
from tests.fixtures.jobs import RunJobs
from tests.knowledge.stores.test_placing import asked, documents, forget_answers, held, server, source_set

__all__ = ["server", "source_set"]  # fixtures
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]
QUERIES = [("Snakes or other reptiles?", "hybrid"), ("When is it closed?", "vector")]


def shelf_of(source_set: SourceSet) -> int:
    with tenant_scope(source_set.organisation_id):
        found: SourceSet = SourceSet.objects.for_organisation(source_set.organisation_id).get(
            pk=source_set.pk
        )
        return int(found.shelf)


def answers(source_set: SourceSet) -> list[list[str]]:
    forget_answers()
    return [asked(source_set, query, mode) for query, mode in QUERIES]


@pytest.mark.parametrize("first", ["the store", "the shelf"])
def test_they_answer_together_as_each_alone(
    source_set: SourceSet,
    server: WeaviateServer,
    alice: Actor,
    run_jobs: RunJobs,
    settings: Any,
    first: str,
) -> None:
    before = answers(source_set)
    settings.SHELF_FROM = 2

    def place() -> None:
        place_documents()
        run_jobs()

    for step in (place, keep_shelves) if first == "the store" else (keep_shelves, place):
        step()
        assert answers(source_set) == before
    assert shelf_of(source_set) != 0
    assert {document.vector_store for document in documents(source_set)} == {"weaviate"}
    upload(alice, source_set, name="parking.txt", data="Bicycles are parked behind the mill.")
    run_jobs()
    assert "Bicycles" in asked(source_set, "Where do I leave my bicycle?")[0]  # before it is placed
    place()
    forget_answers()
    assert "Bicycles" in asked(source_set, "Where do I leave my bicycle?")[0]
    assert held(server) == sum(document.passages for document in documents(source_set))
    server.down = True
    assert answers(source_set)[1][0] == before[1][0]
