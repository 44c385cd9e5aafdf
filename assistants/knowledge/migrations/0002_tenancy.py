from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable

# Vectors are read by every search: kept in their row, never moved aside.
PLAIN = "ALTER TABLE knowledge_passagevector ALTER COLUMN embedding SET STORAGE PLAIN"
EXTERNAL = "ALTER TABLE knowledge_passagevector ALTER COLUMN embedding SET STORAGE EXTERNAL"
# Sources and documents point at each other: a source's composite key needs its target before that table's own wall.
TARGET = (
    "ALTER TABLE knowledge_document ADD CONSTRAINT knowledge_document_target UNIQUE (organisation_id, id)"
)
NO_TARGET = "ALTER TABLE knowledge_document DROP CONSTRAINT knowledge_document_target"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0001_initial"), ("organisations", "0002_tenancy")]

    operations: ClassVar = [
        TenantTable("SourceSet"),
        TenantTable("Source", "Document"),
        TenantTable("DocumentPage"),
        TenantTable("Passage"),
        TenantTable("PassageVector"),
        migrations.RunSQL(PLAIN, EXTERNAL),
    ]
