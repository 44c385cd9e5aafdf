from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("evaluation", "0001_initial"), ("chat", "0002_walls")]

    operations: ClassVar = [
        TenantTable("TestCase", "TestRun"),
    ]
