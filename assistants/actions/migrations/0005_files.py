import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0004_reach_and_records"),
        ("organisations", "0010_tenancy_of_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", kernel.ids.PublicIdField("file_", editable=False, max_length=48, unique=True)),
                ("api_key_id", models.BigIntegerField(null=True)),
                ("turn_id", models.CharField(max_length=48)),
                ("thread_id", models.CharField(blank=True, max_length=48)),
                ("action_name", models.CharField(max_length=120)),
                ("host", models.CharField(max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("mime_type", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("storage_key", models.CharField(max_length=200)),
                ("hidden", models.BooleanField(default=False)),
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
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [
                    models.Index(fields=["organisation", "thread_id"], name="action_file_of_thread"),
                    models.Index(fields=["created_at"], name="action_file_age"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        TenantTable("ActionFile"),
    ]
