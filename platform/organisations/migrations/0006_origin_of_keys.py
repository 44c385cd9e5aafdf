from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from kernel.rls import TenantKey


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0005_audit_search")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="apikey",
            name="origin",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="organisations.apikey",
            ),
        ),
        TenantKey("ApiKey", "origin"),
    ]
