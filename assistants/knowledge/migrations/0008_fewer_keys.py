"""Tables that are written by the thousand rows are checked once for each parent, and indexed once for each purpose.

The composite key `(organisation_id, document_id)` says all that the keys on the document alone and on the organisation
alone say: the document is there, it is of that organisation, and so is the organisation. The key `(organisation_id, id)`
serves look-ups by organisation, and no public id is searched by its beginning.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("knowledge_passage", "knowledge_documentpage")
# Their names come from a hash, so they are looked up by what they do.
DROP = """
DO $do$ DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'
        AND cardinality(conkey) = 1 AND confrelid = 'organisations_organisation'::regclass
    LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', name); END LOOP;
    FOR name IN SELECT indexrelid::regclass FROM pg_index i JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[0]
        WHERE indrelid = '{table}'::regclass AND NOT indisunique AND indnatts = 1
        AND a.attname IN ('organisation_id', 'public_id')
    LOOP EXECUTE format('DROP INDEX %s', name); END LOOP;
END $do$;
"""
# A vector's key on its passage says it, too. The key stands on the shared shelf, and may stand on the whole table.
DROP_OF_VECTORS = "; ".join(
    f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS knowledge_passagevector_organisation_fk"
    for table in ("knowledge_passagevector", "knowledge_shelf_0")
)


def without_key(model: str) -> migrations.AlterField:
    """The key on the document alone is left to the composite one."""
    field = models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="knowledge.document",
    )
    return migrations.AlterField(model_name=model, name="document", field=field)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0005_placements")]

    operations: ClassVar = [
        without_key("passage"),
        without_key("documentpage"),
        *[migrations.RunSQL(DROP.format(table=table), migrations.RunSQL.noop) for table in TABLES],
        migrations.RunSQL(DROP_OF_VECTORS, migrations.RunSQL.noop),
    ]
