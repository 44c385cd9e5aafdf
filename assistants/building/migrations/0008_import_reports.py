from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("building", "0007_workshop_suggestions"),
        ("organisations", "0010_tenancy_of_history"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ImportReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("mapped", models.JSONField(default=list)),
                ("missing", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "assistant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_report",
                        to="building.assistant",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        TenantTable("ImportReport"),
    ]
