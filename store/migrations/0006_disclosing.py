from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from kernel.rls import TenantTable

OPTIONS = {
    "abstract": False,
    "base_manager_name": "unscoped",
    "default_manager_name": "unscoped",
}


def _key() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _organisation() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", "0004_walls_of_the_store"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(model_name="listing", name="starters", field=models.JSONField(default=list)),
        migrations.AddField(model_name="listing", name="languages", field=models.JSONField(default=list)),
        migrations.AddField(model_name="listing", name="disclosed", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="listing", name="widened_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Widening",
            fields=[
                ("id", _key()),
                ("version_number", models.PositiveIntegerField()),
                ("changes", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="widenings",
                        to="store.listing",
                    ),
                ),
                ("organisation", _organisation()),
            ],
            options={
                **OPTIONS,
                "indexes": [models.Index(fields=["listing", "-id"], name="widening_of_listing")],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="WideningSeen",
            fields=[
                ("id", _key()),
                ("listing_id", models.CharField(max_length=48)),
                ("version_number", models.PositiveIntegerField()),
                ("seen_at", models.DateTimeField(auto_now=True)),
                ("organisation", _organisation()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                **OPTIONS,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "user", "listing_id"), name="widening_seen_once"
                    )
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        TenantTable("Widening"),
        TenantTable("WideningSeen"),
    ]
