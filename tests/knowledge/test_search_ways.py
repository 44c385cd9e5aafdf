"""The short way by meaning: what the process adds to the rows, and sets that are no longer on the shared shelf."""

from typing import Any

import pytest
from django.db import connection

from assistants.knowledge.actions.move_set import move_set
from assistants.knowledge.actions.remove_documents import remove_documents
from assistants.knowledge.models import Document, SourceSet
from assistants.knowledge.retrieval import names, statement
from assistants.knowledge.retrieval.statement import found_passages, nearest_by_meaning
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages, topic_vectors

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 40


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


@pytest.fixture(params=[True, False], ids=["prepared", "unprepared"])
def prepares(request: pytest.FixtureRequest, settings: Any) -> bool:
    settings.DATABASE_PREPARES = request.param
    return settings.DATABASE_PREPARES


def values(sets: list[SourceSet], documents: list[int], **others: object) -> dict[str, Any]:
    return {
        "organisation": sets[0].organisation_id,
        "source_sets": [one.pk for one in sets],
        "documents": documents,
        "meant": documents,
        "vector": topic_vectors(1, topics=1, seed=5)[0],
        "outside": None,
        "apart": None,
        "terms": "",
        "b": 0.1,
        "candidates": 40,
        "constant": 10.0,
        "rank": 0.3,
        "meaning": 1.0,
        "words": 0.0,
        "limit": 5,
    } | others


def ask(given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with tenant_scope(given["organisation"]):
        found = nearest_by_meaning(given)
        assert found == found_passages(given)
    return found


@pytest.mark.usefixtures("prepares")
def test_rows_tell_their_document(source_set: SourceSet) -> None:
    documents, _ = make_passages(source_set, COUNT, documents=4)
    with tenant_scope(source_set.organisation_id):
        rows = Document.objects.for_organisation(source_set.organisation_id)
        known = {
            key: (public_id, name) for key, public_id, name in rows.values_list("pk", "public_id", "name")
        }
    found = ask(values([source_set], documents))
    assert len(found) == 5
    assert [row[1:3] for row in found] == [known[row[11]] for row in found]


def test_a_single_passage_counts_fully(source_set: SourceSet, prepares: bool) -> None:
    documents, _ = make_passages(source_set, 1, documents=1)
    assert [row[7] for row in ask(values([source_set], documents))] == [1.0]


def test_what_documents_are_called_is_asked_once(source_set: SourceSet) -> None:
    documents, _ = make_passages(source_set, COUNT, documents=2)
    with tenant_scope(source_set.organisation_id):
        asked = names.document_names(source_set.organisation_id, documents)
    assert set(asked) == set(documents)
    # No scope is open, so the database would give nothing.
    assert names.document_names(source_set.organisation_id, documents) == asked


def test_what_documents_are_called_does_not_grow_without_end(source_set: SourceSet, monkeypatch: Any) -> None:
    monkeypatch.setattr(names, "MOST", 3)
    documents, _ = make_passages(source_set, COUNT, documents=4)
    with tenant_scope(source_set.organisation_id):
        for key in documents:
            assert names.document_names(source_set.organisation_id, [key])
    assert len(names._KNOWN) <= 3


def test_a_document_that_is_gone_is_in_no_row(source_set: SourceSet) -> None:
    organisation_id = source_set.organisation_id
    documents, _ = make_passages(source_set, COUNT, documents=4)
    assert {row[11] for row in ask(values([source_set], documents, limit=COUNT))} == set(documents)
    with tenant_scope(organisation_id, durable=True):
        remove_documents(organisation_id=organisation_id, documents=documents[:1])
    assert {row[11] for row in ask(values([source_set], documents, limit=COUNT))} == set(documents[1:])


@pytest.mark.usefixtures("shelves", "prepares")
def test_a_set_is_found_wherever_it_lies(source_set: SourceSet, alice: Actor, settings: Any) -> None:
    other = make_source_set(alice)
    documents, _ = make_passages(source_set, COUNT, documents=4)
    others, _ = make_passages(other, COUNT, documents=2, seed=9)
    alone, both = values([source_set], documents), values([source_set, other], [*documents, *others])
    before = ask(alone), ask(both)
    settings.SHELF_FROM = COUNT
    move_set(organisation_id=source_set.organisation_id, source_set_id=source_set.pk)
    assert (ask(alone), ask(both)) == before
    assert statement._is_apart([source_set.pk])  # it is not looked for on the shared shelf again
    assert ask(alone) == before[0]
    settings.SHELF_FROM = 10 * COUNT
    move_set(organisation_id=source_set.organisation_id, source_set_id=source_set.pk)
    assert (ask(alone), ask(both)) == before


def test_the_shared_shelf_is_tidied_up_early() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname IN ('knowledge_shelf_0', 'knowledge_words_0')"
            " AND reloptions @> '{autovacuum_vacuum_scale_factor=0.01}'"
        )
        assert len(cursor.fetchall()) == 2
