from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("turns", "0001_initial"), ("billing", "0002_walls")]

    operations: ClassVar = [
        TenantTable("Turn", "Suspension"),
    ]
