from typing import ClassVar

from django.db import migrations
from kernel.rls import TenantTable

# Vectors are read by every search: kept in their row, never moved aside.
PLAIN = "ALTER TABLE knowledge_passagevector ALTER COLUMN embedding SET STORAGE PLAIN"
EXTERNAL = "ALTER TABLE knowledge_passagevector ALTER COLUMN embedding SET STORAGE EXTERNAL"


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
