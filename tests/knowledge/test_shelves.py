"""A large set's vectors lie on a shelf of its own: a table that follows its row, behind the same wall."""

import pytest
from django.db import DatabaseError, connection

from assistants.knowledge.models import Shelf, SourceSet
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.shelves.rows import copy_rows, delete_rows
from assistants.turns.plan import KnowledgeScope
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, scope_of, upload
from tests.fixtures.jobs import RunJobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]


@pytest.fixture
def scope(alice: Actor, run_jobs: RunJobs) -> KnowledgeScope:
    source_set = make_source_set(alice)
    upload(alice, source_set)
    upload(alice, source_set, name="hours.txt", data="The workshop is closed on Sundays.")
    run_jobs()
    return scope_of(source_set)


def run(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def become(shelf: Shelf, state: str) -> None:
    shelf.state = state
    shelf.save(update_fields=["state", "dimensions"])


def move(scope: KnowledgeScope) -> Shelf:
    """Put the set of a scope on a shelf of its own, and its rows with it."""
    (set_id,) = scope.source_set_ids
    with tenant_scope(scope.organisation_id, durable=True):
        shelf: Shelf = Shelf.objects.create(
            organisation_id=scope.organisation_id, source_set_id=set_id, dimensions=384
        )
    with tenant_scope(scope.organisation_id, durable=True):
        copy_rows(shelf.source_set, origin=0, target=shelf.pk)
    with tenant_scope(scope.organisation_id, durable=True):
        become(shelf, Shelf.State.INDEXED)
    with tenant_scope(scope.organisation_id, durable=True):
        delete_rows(shelf.source_set, shelf=0)
        become(shelf, Shelf.State.SERVING)
        SourceSet.objects.for_organisation(scope.organisation_id).filter(pk=set_id).update(shelf=shelf.pk)
    return shelf


@pytest.mark.parametrize("mode", ["hybrid", "vector", "words"])
def test_the_same_is_found_on_a_shelf_of_its_own(scope: KnowledgeScope, mode: str) -> None:
    def found(query: str) -> list[str]:
        return [p.id for p in retrieve(scope, query, k=2, budget_tokens=2000, mode=mode)]

    queries = ("When is the workshop closed?", "Snakes?")
    before = [found(query)[0] for query in queries]
    move(scope)
    assert [found(query)[0] for query in queries] == before


@pytest.mark.parametrize("part", ["shelf", "words"])
def test_a_shelf_shows_its_rows_to_its_own_organisation_only(
    scope: KnowledgeScope, charlie: Actor, part: str
) -> None:
    shelf = move(scope)
    rows = f"SELECT id FROM knowledge_{part}_{shelf.pk}"
    assert run(rows) == []
    with tenant_scope(charlie.organisation):
        assert run(rows) == []
    with tenant_scope(scope.organisation_id):
        assert run(rows)


def test_nobody_makes_or_drops_the_shelf_of_another(scope: KnowledgeScope, charlie: Actor) -> None:
    shelf = move(scope)
    with tenant_scope(charlie.organisation):
        assert Shelf.unscoped.filter(pk=shelf.pk).delete()[0] == 0
    with pytest.raises(DatabaseError), tenant_scope(charlie.organisation):
        Shelf.unscoped.create(organisation_id=charlie.organisation.pk, source_set_id=scope.source_set_ids[0])
    with pytest.raises(DatabaseError, match="must be owner"), tenant_scope(scope.organisation_id):
        run(f"DROP TABLE knowledge_words_{shelf.pk}")
    with tenant_scope(scope.organisation_id):
        assert run(f"SELECT to_regclass('knowledge_shelf_{shelf.pk}') IS NOT NULL") == [(True,)]


def test_a_shelf_goes_with_its_row(scope: KnowledgeScope) -> None:
    shelf = move(scope)
    names = f"to_regclass('knowledge_shelf_{shelf.pk}'), to_regclass('knowledge_words_{shelf.pk}')"
    with tenant_scope(scope.organisation_id, durable=True):
        shelf.delete()
    assert run(f"SELECT {names}") == [(None, None)]


def test_what_is_added_later_lies_on_the_same_shelf(
    scope: KnowledgeScope, alice: Actor, run_jobs: RunJobs
) -> None:
    shelf = move(scope)
    with tenant_scope(scope.organisation_id):
        source_set = SourceSet.objects.for_organisation(scope.organisation_id).get(shelf=shelf.pk)
    upload(alice, source_set, name="kiln.txt", data="The kiln is fired on Thursdays.")
    run_jobs()
    found = retrieve(scope_of(source_set), "When is the kiln fired?", k=1, budget_tokens=500)
    assert found[0].text.startswith("The kiln")
