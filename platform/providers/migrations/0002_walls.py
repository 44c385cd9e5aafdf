from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0001_initial"), ("organisations", "0002_walls")]

    operations: ClassVar = [
        TenantTable("OrganisationProvider", "OrganisationModel", "EndingNotice"),
    ]
