from typing import Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import kernel.ids
from kernel.rls import TenantTable
from kernel.tenancy import ACROSS_ROLE

# The model that made most of a set's vectors serves it; those of another one are made anew in the background.
EMBEDDERS = """
UPDATE knowledge_sourceset one SET embedder = made.embedder FROM (
  SELECT DISTINCT ON (source_set_id) source_set_id, embedder FROM knowledge_document
  WHERE embedder <> '' AND searchable GROUP BY source_set_id, embedder ORDER BY source_set_id, sum(passages) DESC
) made WHERE made.source_set_id = one.id AND one.embedder = ''
"""


def name_embedders(apps: Any, editor: Any) -> None:
    """Sets that are there already say which model their vectors are of."""
    with editor.connection.cursor() as cursor:
        # Row-level security shows the owner of the tables nothing.
        cursor.execute(f"SET LOCAL ROLE {ACROSS_ROLE}")
        cursor.execute(EMBEDDERS)
        cursor.execute("RESET ROLE")


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("knowledge", "0007_freshness"),
        ("organisations", "0010_tenancy_of_history"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="sourceset",
            name="declined_embedder",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.CreateModel(
            name="Reembedding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", kernel.ids.PublicIdField("emb_", editable=False, max_length=48, unique=True)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lease", models.CharField(blank=True, max_length=32)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("cost", models.BigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "source_set",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reembedding",
                        to="knowledge.sourceset",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [models.Index(fields=["lease_until"], name="reembedding_due")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="StoredBytes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("removing", models.BooleanField(default=False)),
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
                "indexes": [models.Index(fields=["since"], name="stored_bytes_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "key"), name="one_note_a_key")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        TenantTable("Reembedding"),
        TenantTable("StoredBytes"),
        migrations.RunPython(name_embedders, migrations.RunPython.noop),
    ]
