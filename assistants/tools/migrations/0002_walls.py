from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tools", "0001_initial"), ("actions", "0002_walls")]

    operations: ClassVar = [TenantTable("Database", "SearchProvider")]
