"""A large set is moved to a shelf of its own while it answers and is written to, and nothing is lost on the way."""

from typing import Any

import pytest
from django.db import connection

from assistants.knowledge.actions.keep_shelves import keep_shelves
from assistants.knowledge.models import PassageVector, Shelf, ShelfTerm, SourceSet
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 3_000


@pytest.fixture(autouse=True)
def threshold(settings: Any) -> None:
    settings.SHELF_FROM = 2_000


@pytest.fixture
def source_set(alice: Actor) -> SourceSet:
    return make_source_set(alice)


def present(source_set: SourceSet) -> SourceSet:
    with tenant_scope(source_set.organisation_id):
        row: SourceSet = SourceSet.objects.for_organisation(source_set.organisation_id).get(pk=source_set.pk)
        return row


def counts(source_set: SourceSet) -> dict[int, int]:
    """How many rows of a set lie on which shelf."""
    with tenant_scope(source_set.organisation_id):
        rows = PassageVector.objects.for_organisation(source_set.organisation_id).filter(
            source_set=source_set
        )
        found: dict[int, int] = {}
        for shelf in rows.values_list("shelf", flat=True):
            found[shelf] = found.get(shelf, 0) + 1
        return found


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'knowledge_shelf_%%'"
        )
        return {name for (name,) in cursor.fetchall()}


def test_a_large_set_is_moved_by_the_job(source_set: SourceSet) -> None:
    make_passages(source_set, COUNT)
    keep_shelves()
    moved = present(source_set)
    assert moved.shelf != 0
    assert moved.shelving_until is None
    assert counts(source_set) == {moved.shelf: COUNT}
    with tenant_scope(source_set.organisation_id):
        shelf = Shelf.objects.for_organisation(source_set.organisation_id).get(pk=moved.shelf)
        terms = dict(
            ShelfTerm.objects.for_organisation(source_set.organisation_id).values_list("lexeme", "passages")
        )
    assert (shelf.state, shelf.dimensions, shelf.passages) == ("serving", 64, COUNT)
    assert shelf.words == pytest.approx(3)
    assert terms["common"] == COUNT
    assert terms["topic7"] == COUNT // 50
    assert "passage7" not in terms
