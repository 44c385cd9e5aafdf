from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("actions", "0001_initial"),
        ("turns", "0007_waiting"),
        ("connections", "0002_tenancy"),
    ]

    operations: ClassVar = [
        TenantTable("Action", "ActionRevision"),
        TenantTable("Operation"),
        TenantTable("ActionExample"),
        TenantTable("ToolApproval"),
        TenantTable("Confirmation"),
        TenantTable("AlwaysAllow"),
        TenantTable("ActionCall"),
    ]
