"""Words that lay beside their vectors come to a table of their own, on the shared shelf and on every other, behind its wall.

The tables are brought into the shape that they had before, with rows in them, and then what the migration says is run as the
owner; all of it in one transaction, which is taken back.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.db import connection

from assistants.knowledge.models import Shelf, SourceSet
from assistants.knowledge.shelves.rows import copy_rows, delete_rows
from config.embedded.roles import APP, OWNER
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set
from tests.factories.passages import make_passages
from tests.harness.database import admin_url
from tests.knowledge.old_words import WORDS_OF_OLD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]
COUNT = 20
COLUMNS = "id, organisation_id, source_set_id, document_id"
# As they were: words beside the vectors of every shelf, whether it serves or not, and no table of theirs.
BEFORE = """
ALTER TABLE knowledge_passagevector ADD COLUMN words tsvector;
UPDATE knowledge_passagevector v SET words = w.words FROM knowledge_passagewords w WHERE w.id = v.id;
ALTER TABLE knowledge_passagevector ALTER words SET NOT NULL;
DO $do$ DECLARE number bigint; BEGIN
    FOR number IN SELECT id FROM knowledge_shelf WHERE state <> 'serving' LOOP
        EXECUTE format('ALTER TABLE knowledge_shelf_%s ADD COLUMN words tsvector', number);
        EXECUTE format('UPDATE knowledge_shelf_%1$s v SET words = w.words FROM knowledge_words_%1$s w WHERE w.id = v.id', number);
        EXECUTE format('DROP TABLE knowledge_words_%s', number);
    END LOOP;
END $do$;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TABLE knowledge_passagewords;
DROP FUNCTION IF EXISTS knowledge_nearest_shared;
"""


def statements() -> list[str]:
    migration = import_module("assistants.knowledge.migrations.0009_words_apart").Migration
    return [operation.sql for operation in migration.operations]


@pytest.fixture
def admin() -> Iterator[psycopg.Connection[Any]]:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(admin_url(database=name)) as opened:
        yield opened
        opened.rollback()


def on_a_shelf(source_set: SourceSet, *states: str) -> int:
    """A shelf for a set, with copies of its rows, brought through so many states."""
    own = {"organisation_id": source_set.organisation_id, "source_set": source_set}
    with tenant_scope(source_set.organisation_id, durable=True):
        shelf = Shelf.objects.create(dimensions=64, **own)
    with tenant_scope(source_set.organisation_id, durable=True):
        copy_rows(source_set, origin=0, target=shelf.pk)
    for state in states:
        with tenant_scope(source_set.organisation_id, durable=True):
            if state == Shelf.State.SERVING:
                delete_rows(source_set, shelf=0)
                sets = SourceSet.objects.for_organisation(source_set.organisation_id)
                sets.filter(pk=source_set.pk).update(shelf=shelf.pk)
            shelf.state = state
            shelf.save(update_fields=["state"])
    key: int = shelf.pk
    return key


def rows(admin: psycopg.Connection[Any], table: str) -> list[tuple[Any, ...]]:
    return admin.execute(f"SELECT {COLUMNS}, words::text FROM {table} ORDER BY id").fetchall()


def test_every_shelf_keeps_its_words(alice: Actor, charlie: Actor, admin: psycopg.Connection[Any]) -> None:
    shared, foreign, large, copied, copying = (
        make_source_set(actor) for actor in (alice, charlie, alice, alice, charlie)
    )
    for source_set in (shared, foreign, large, copied, copying):
        make_passages(source_set, COUNT, documents=2)
    serving = on_a_shelf(large, "indexed", "serving")
    indexed, filling = on_a_shelf(copied, "indexed"), on_a_shelf(copying)
    tables = ["knowledge_passagewords", "knowledge_words_0"]
    tables += [f"knowledge_words_{number}" for number in (serving, indexed, filling)]
    admin.execute(WORDS_OF_OLD)
    before = {table: rows(admin, table) for table in tables}
    walls = admin.execute(WALLS).fetchall()
    assert [len(found) for found in before.values()] == [5 * COUNT, 4 * COUNT, COUNT, COUNT, COUNT]
    admin.execute(BEFORE)
    admin.execute(f"SET LOCAL ROLE {OWNER}")
    for statement in statements():
        admin.execute(statement)
    admin.execute("RESET ROLE")
    assert {table: rows(admin, table) for table in tables} == before
    assert admin.execute(WALLS).fetchall() == walls
    assert admin.execute(LEFT_OVER).fetchall() == []
    admin.execute(f"SET LOCAL ROLE {APP}")
    admin.execute("SELECT set_config('bottega.organisation', %s, true)", [str(shared.organisation_id)])
    mine = [row for row in before["knowledge_passagewords"] if row[1] == shared.organisation_id]
    assert rows(admin, "knowledge_passagewords") == mine
    assert rows(admin, f"knowledge_words_{serving}") == before[f"knowledge_words_{serving}"]
    assert rows(admin, f"knowledge_words_{filling}") == []


WALLS = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
    (SELECT array_agg(pg_get_expr(p.polqual, p.polrelid) || p.polname) FROM pg_policy p WHERE p.polrelid = c.oid)
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relname ~ '^knowledge_(shelf|words|passage)' ORDER BY 1
"""
# A column of words beside vectors, or a table of words without what finds them.
LEFT_OVER = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relname ~ '^knowledge_(shelf_[0-9]+|passagevector)$' AND a.attname = 'words' AND NOT a.attisdropped
"""
