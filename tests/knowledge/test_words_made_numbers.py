"""Words that are stored become numbers on the shared shelf, and stay words on every other.

The tables are brought into the shape that they had before, with rows in them, and then what the migration says is run as the
owner; all of it in one transaction, which is taken back.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.db import connection

from assistants.knowledge.models import SourceSet
from config.embedded.roles import APP, OWNER
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages
from tests.harness.database import admin_url
from tests.knowledge.old_words import WORDS_OF_OLD
from tests.knowledge.test_words_moved_apart import LEFT_OVER, WALLS, on_a_shelf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]
COUNT = 20
COLUMNS = "id, organisation_id, source_set_id, document_id, shelf, size, terms::text, words::text"
INSISTING = """
SELECT attrelid::regclass::text, attname FROM pg_attribute
WHERE attrelid::regclass::text ~ '^knowledge_words_' AND attnum > 0 AND attnotnull ORDER BY 1, 2
"""
SETTINGS = "SELECT reloptions FROM pg_class WHERE relname = 'knowledge_words_0'"
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'knowledge\\_words\\_%' ORDER BY 1"
SEARCHED = """
SELECT id, by_words FROM knowledge_search(%s, %s, %s, '{}', NULL, NULL, NULL, 'topic3 passage3', 0.1, 40, 10, 0.3, 0, 1, 5)
"""


@pytest.fixture
def admin() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(admin_url(database=connection.settings_dict["NAME"])) as opened:
        yield opened
        opened.rollback()


def found(admin: psycopg.Connection[Any], source_set: SourceSet, documents: list[int]) -> list[Any]:
    admin.execute(f"SET LOCAL ROLE {APP}")
    admin.execute("SELECT set_config('bottega.organisation', %s, true)", [str(source_set.organisation_id)])
    rows = admin.execute(SEARCHED, [source_set.organisation_id, [source_set.pk], documents]).fetchall()
    admin.execute("RESET ROLE")
    return rows


def test_what_is_stored_is_brought_over(alice: Actor, charlie: Actor, admin: psycopg.Connection[Any]) -> None:
    shared, foreign, large, copied, copying = (
        make_source_set(actor) for actor in (alice, charlie, alice, alice, charlie)
    )
    documents = [make_passages(of, COUNT, documents=2)[0] for of in (shared, foreign, large, copied, copying)]
    numbers = (on_a_shelf(large, "indexed", "serving"), on_a_shelf(copied, "indexed"), on_a_shelf(copying))
    tables = ["knowledge_passagewords", "knowledge_words_0", *(f"knowledge_words_{key}" for key in numbers)]

    def seen() -> list[Any]:
        rows = [admin.execute(f"SELECT {COLUMNS} FROM {table} ORDER BY id").fetchall() for table in tables]
        about = [admin.execute(query).fetchall() for query in (WALLS, INSISTING, SETTINGS, INDEXES)]
        return [*rows, *about, found(admin, shared, documents[0]), found(admin, large, documents[2])]

    before = seen()
    assert [len(rows) for rows in before[:5]] == [5 * COUNT, 4 * COUNT, COUNT, COUNT, COUNT]
    admin.execute(WORDS_OF_OLD)
    admin.execute(f"SET LOCAL ROLE {OWNER}")
    migration = import_module("assistants.knowledge.migrations.0013_words_in_numbers").Migration
    for operation in migration.operations:
        admin.execute(operation.sql)
    admin.execute("RESET ROLE")
    assert seen() == before
    assert admin.execute(LEFT_OVER).fetchall() == []
