from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("billing", "0001_initial"), ("organisations", "0002_tenancy")]

    operations: ClassVar = [
        TenantTable("AllowancePeriod"),
        TenantTable("Reservation"),
        TenantTable("UsageRecord"),
        TenantTable("UsageDaily"),
        AppendOnly("UsageRecord"),
    ]
