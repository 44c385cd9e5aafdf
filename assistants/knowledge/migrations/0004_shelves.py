"""Large sets get a partition of their vectors to themselves.

How the partitions follow their rows, and the functions that search them, are in the migration that took the words apart.
"""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from assistants.knowledge.migrations._0004_shelving import PARTITION
from kernel.rls import TenantTable

KEY = (
    "id",
    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
)
ORGANISATION = (
    "organisation",
    models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
    ),
)
OPTIONS = {"abstract": False, "base_manager_name": "unscoped", "default_manager_name": "unscoped"}
MANAGERS = [("unscoped", django.db.models.manager.Manager())]


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("knowledge", "0006_upkeep"),
        ("organisations", "0010_tenancy_of_history"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            PARTITION,
            state_operations=[
                migrations.AddField(
                    model_name="passagevector", name="shelf", field=models.BigIntegerField(default=0)
                )
            ],
        ),
        migrations.CreateModel(
            name="Shelf",
            fields=[
                KEY,
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filling", "Filling"),
                            ("indexed", "Indexed"),
                            ("serving", "Serving"),
                            ("leaving", "Leaving"),
                        ],
                        default="filling",
                        max_length=8,
                    ),
                ),
                ("filled_to", models.BigIntegerField(default=0)),
                ("dimensions", models.PositiveIntegerField(null=True)),
                ("passages", models.PositiveIntegerField(default=0)),
                ("words", models.FloatField(default=1.0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("left_at", models.DateTimeField(null=True)),
                ORGANISATION,
                (
                    "source_set",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledge.sourceset",
                    ),
                ),
            ],
            options=OPTIONS,
            managers=MANAGERS,
        ),
        migrations.CreateModel(
            name="ShelfChange",
            fields=[
                KEY,
                ("document_id", models.BigIntegerField()),
                ORGANISATION,
                (
                    "shelf",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="knowledge.shelf",
                    ),
                ),
            ],
            options=OPTIONS,
            managers=MANAGERS,
        ),
        migrations.CreateModel(
            name="ShelfTerm",
            fields=[
                KEY,
                ("lexeme", models.TextField()),
                ("passages", models.PositiveIntegerField()),
                ORGANISATION,
                (
                    "shelf",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms",
                        to="knowledge.shelf",
                    ),
                ),
            ],
            options=OPTIONS
            | {"constraints": [models.UniqueConstraint(fields=("shelf", "lexeme"), name="one_count_a_word")]},
            managers=MANAGERS,
        ),
        TenantTable("Shelf"),
        TenantTable("ShelfChange"),
        TenantTable("ShelfTerm"),
    ]
