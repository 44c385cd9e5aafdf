"""The search's functions do less for a row and for a small set; the shared shelf is tidied up soon after a set has left it."""

from typing import ClassVar

from django.db import migrations

from assistants.knowledge.migrations._0012_search import SEARCH
from assistants.knowledge.migrations._0012_shelf_search import SHELF_SEARCH

DROP_FUNCTIONS = "; ".join(
    f"DROP FUNCTION knowledge_{name}"
    for name in ("nearest", "nearest_shared", "found", "search", "search_shelf")
)
# A set that leaves takes tens of thousands of rows at once, of maybe millions. Waiting for a fifth of the table, as
# PostgreSQL does, would leave them there for good.
TIDY = "; ".join(
    f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000)"
    for table in ("knowledge_shelf_0", "knowledge_words_0")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0009_words_apart")]

    operations: ClassVar = [
        migrations.RunSQL(DROP_FUNCTIONS),
        migrations.RunSQL(SHELF_SEARCH),
        migrations.RunSQL(SEARCH),
        migrations.RunSQL(TIDY),
    ]
