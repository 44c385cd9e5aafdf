from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("billing", "0002_tenancy"), ("organisations", "0006_origin_of_keys")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeyMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("reserved", models.BigIntegerField(default=0)),
                ("spent", models.BigIntegerField(default=0)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "key_id", "month"), name="one_sum_a_key_and_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0), ("spent__gte", 0)),
                        name="key_month_not_negative",
                    ),
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        TenantTable("KeyMonth"),
    ]
