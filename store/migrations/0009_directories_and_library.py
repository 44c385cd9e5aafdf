from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("organisations", "0011_guests"),
        ("store", "0004_walls_of_the_store"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField("Collection", "deleted_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("Collection", "collection_name_once"),
        migrations.AddConstraint(
            "Collection",
            models.UniqueConstraint(
                fields=["organisation", "user", "name"],
                condition=models.Q(deleted_at=None),
                name="collection_name_once",
            ),
        ),
        migrations.AddIndex(
            "AllowedListing",
            models.Index(fields=["organisation", "publication_id"], name="allowed_publication"),
        ),
        migrations.CreateModel(
            name="Pass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("publication_id", models.CharField(max_length=48)),
                ("slug", models.CharField(max_length=80)),
                ("link_id", models.CharField(max_length=48)),
                ("creator_id", models.BigIntegerField()),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
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
                "verbose_name_plural": "passes",
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "user", "link_id"), name="pass_once")
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        TenantTable("Pass"),
    ]
