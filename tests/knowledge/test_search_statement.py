"""The search's functions: the short way by meaning gives what the long one gives, and neither takes a plan that was slow."""

import pytest
from django.db import DatabaseError, connection

from assistants.knowledge.models import PassageVector
from assistants.knowledge.retrieval.statement import found_passages, nearest_by_meaning
from assistants.turns.plan import KnowledgeScope
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scope(alice: Actor, run_jobs: RunJobs) -> KnowledgeScope:
    source_set = make_source_set(alice)
    upload(alice, source_set)
    upload(alice, source_set, name="hours.txt", data="The workshop is closed on Sundays.")
    run_jobs()
    return scope_of(source_set)


def values(scope: KnowledgeScope) -> dict[str, object]:
    with tenant_scope(scope.organisation_id):
        row = PassageVector.objects.for_organisation(scope.organisation_id).order_by("pk").last()
    return {
        "organisation": scope.organisation_id,
        "source_sets": scope.source_set_ids,
        "documents": scope.document_ids,
        "meant": scope.document_ids,
        "vector": list(row.embedding),
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
    }


def test_by_meaning_alone_both_ways_give_the_same_rows(scope: KnowledgeScope) -> None:
    given = values(scope)
    with tenant_scope(scope.organisation_id):
        found = nearest_by_meaning(given)
        assert found == found_passages(given)
    assert [row[14] for row in found] == list(range(1, len(found) + 1))


def test_another_organisation_finds_nothing(scope: KnowledgeScope, charlie: Actor) -> None:
    given = values(scope)
    with tenant_scope(charlie.organisation):
        assert nearest_by_meaning(given) == found_passages(given) == []


def test_a_vector_too_large_for_half_precision_is_refused(scope: KnowledgeScope) -> None:
    given = values(scope) | {"vector": [1e6] * 384}
    with pytest.raises(DatabaseError), tenant_scope(scope.organisation_id):
        nearest_by_meaning(given)


def test_no_plan_for_every_set_goes_by_a_bitmap() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proname IN ('knowledge_search', 'knowledge_found', 'knowledge_nearest')"
            " AND proconfig @> '{plan_cache_mode=force_generic_plan,enable_bitmapscan=off}'"
        )
        assert len(cursor.fetchall()) == 3
