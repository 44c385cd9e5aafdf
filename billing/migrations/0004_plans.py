from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("billing", "0003_budgets_of_keys"),
        ("organisations", "0006_origin_of_keys"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("monthly_allowance", models.BigIntegerField(verbose_name="monthly allowance")),
                ("member_limit", models.PositiveIntegerField(null=True, verbose_name="people at most")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(null=True, verbose_name="archived")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("monthly_allowance__gte", 0)), name="plan_allowance_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member_limit", None), ("member_limit__gte", 1), _connector="OR"),
                        name="plan_has_room_for_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_default", False), ("archived_at", None), _connector="OR"),
                        name="no_archived_plan_is_the_default",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="one_default_plan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.plan"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation",), name="one_plan_an_organisation")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        TenantTable("OrganisationPlan"),
    ]
