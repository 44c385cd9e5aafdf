"""Vectors lie apart from words, and a search that is prepared gives what one gives that is not."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from assistants.knowledge.actions.remove_documents import remove_documents
from assistants.knowledge.models import PassageVector, PassageWords, SourceSet
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


def values(source_set: SourceSet, documents: list[int], **others: object) -> dict[str, object]:
    return {
        "organisation": source_set.organisation_id,
        "source_sets": [source_set.pk],
        "documents": documents,
        "meant": documents,
        "vector": topic_vectors(1, topics=1, seed=5)[0],
        "outside": None,
        "apart": None,
        "terms": "common topic3",
        "b": 0.1,
        "candidates": 40,
        "constant": 10.0,
        "rank": 0.3,
        "meaning": 1.0,
        "words": 1.0,
        "limit": 5,
    } | others


@pytest.mark.parametrize("prepares", [True, False])
def test_all_ways_by_meaning_give_the_same_rows(source_set: SourceSet, settings: Any, prepares: bool) -> None:
    settings.DATABASE_PREPARES = prepares
    documents, _ = make_passages(source_set, COUNT, documents=4)
    given = values(source_set, documents, terms="", words=0.0)
    with tenant_scope(source_set.organisation_id):
        found = nearest_by_meaning(given)
        assert found == found_passages(given)
    assert [row[14] for row in found] == [1, 2, 3, 4, 5]


def test_a_prepared_statement_survives_a_question_that_fails(source_set: SourceSet, settings: Any) -> None:
    settings.DATABASE_PREPARES = True
    documents, _ = make_passages(source_set, COUNT, documents=4)
    connection.close()  # so that it is prepared for the question that fails
    given = values(source_set, documents)
    with pytest.raises(DatabaseError), tenant_scope(source_set.organisation_id):
        nearest_by_meaning(given | {"vector": [1e6] * 64})
    with tenant_scope(source_set.organisation_id):
        assert len(nearest_by_meaning(given)) == 5


def test_what_is_strong_in_words_tells_its_distance(source_set: SourceSet) -> None:
    documents, vectors = make_passages(source_set, COUNT, documents=4)
    given = values(source_set, documents, candidates=2)
    with tenant_scope(source_set.organisation_id):
        rows = found_passages(given)
    by_words_only = [row for row in rows if row[14] is None]
    assert by_words_only
    number = {row[3]: int(row[3].rsplit("passage", 1)[1]) for row in rows}
    question = given["vector"]
    for row in rows:
        assert row[16] == pytest.approx(1 - float(vectors[number[row[3]]] @ question), abs=2e-3)


def test_a_search_by_words_tells_the_client_nothing_else(source_set: SourceSet) -> None:
    documents, _ = make_passages(source_set, COUNT, documents=4)
    notices: list[str] = []
    with tenant_scope(source_set.organisation_id):
        connection.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        assert found_passages(values(source_set, documents))
    assert notices == []


def test_words_go_with_their_document(source_set: SourceSet) -> None:
    documents, _ = make_passages(source_set, COUNT, documents=4)
    organisation_id = source_set.organisation_id
    with tenant_scope(organisation_id, durable=True):
        remove_documents(organisation_id=organisation_id, documents=documents[:1])
    with tenant_scope(organisation_id):
        for model in (PassageVector, PassageWords):
            assert model.objects.for_organisation(organisation_id).count() == COUNT * 3 // 4
