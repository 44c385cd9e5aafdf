"""Words get a table of their own, so that a search by meaning reads narrow rows; the functions that search follow."""

from typing import ClassVar

import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from assistants.knowledge.migrations._0009_search import SEARCH
from assistants.knowledge.migrations._0009_shelf_search import SHELF_SEARCH
from assistants.knowledge.migrations._0009_shelving import TRIGGER, WORDS_APART

DROP_FUNCTIONS = "; ".join(
    f"DROP FUNCTION IF EXISTS {name}"
    for name in ("knowledge_nearest", "knowledge_found", "knowledge_search", "knowledge_search_shelf")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("knowledge", "0007_freshness"),
        ("knowledge", "0008_fewer_keys"),
        ("organisations", "0010_tenancy_of_history"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            WORDS_APART,
            state_operations=[
                migrations.CreateModel(
                    name="PassageWords",
                    fields=[
                        (
                            "passage",
                            models.OneToOneField(
                                db_column="id",
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="knowledge.passage",
                            ),
                        ),
                        ("source_set_id", models.BigIntegerField()),
                        ("document_id", models.BigIntegerField()),
                        ("words", django.contrib.postgres.search.SearchVectorField()),
                        ("shelf", models.BigIntegerField(default=0)),
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
                migrations.AddIndex(
                    model_name="passagewords",
                    index=models.Index(
                        fields=["organisation", "source_set_id", "document_id"], name="words_place"
                    ),
                ),
                migrations.RemoveField(model_name="passagevector", name="words"),
            ],
        ),
        migrations.RunSQL(TRIGGER),
        migrations.RunSQL(DROP_FUNCTIONS),
        migrations.RunSQL(SHELF_SEARCH),
        migrations.RunSQL(SEARCH),
    ]
