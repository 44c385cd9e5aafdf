from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0001_initial"), ("organisations", "0002_walls")]

    operations: ClassVar = [
        TenantTable("OutboxEvent"),
    ]
