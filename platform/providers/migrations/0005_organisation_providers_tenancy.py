"""Wall the organisations' own providers in."""

from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0004_organisation_providers")]
    operations: ClassVar = [
        TenantTable("OrganisationProvider"),
        TenantTable("OrganisationModel"),
        TenantTable("EndingNotice"),
    ]
