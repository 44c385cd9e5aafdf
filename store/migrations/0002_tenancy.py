from typing import ClassVar

from django.db import migrations

from kernel.rls import ReadPolicy, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0001_initial"), ("building", "0002_tenancy")]

    operations: ClassVar = [
        TenantTable("Listing"),
        TenantTable("Install"),
        ReadPolicy("Listing", "published", "state = 'live' AND visibility IN ('public', 'link')"),
    ]
