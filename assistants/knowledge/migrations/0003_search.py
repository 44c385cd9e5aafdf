"""Tables of vectors and words, in partitions, and the functions that search them."""

from typing import ClassVar

import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
import pgvector.django.halfvec
import pgvector.django.sparsevec
from django.db import migrations, models

from assistants.knowledge.migrations._search import SEARCH
from assistants.knowledge.migrations._shelf_search import SHELF_SEARCH
from assistants.knowledge.migrations._shelves import TRIGGER, VECTORS, WORDS
from assistants.knowledge.migrations._terms import TERMS


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0002_walls")]

    operations: ClassVar = [
        migrations.RunSQL(
            VECTORS,
            state_operations=[
                migrations.CreateModel(
                    name="PassageVector",
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
                        ("embedding", pgvector.django.halfvec.HalfVectorField(null=True)),
                        ("shelf", models.BigIntegerField(default=0)),
                        (
                            "document",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="knowledge.document",
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
                        (
                            "source_set",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="knowledge.sourceset",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "base_manager_name": "unscoped",
                        "default_manager_name": "unscoped",
                        "indexes": [
                            models.Index(
                                fields=["organisation", "source_set", "document"], name="vector_place"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
            ],
        ),
        migrations.RunSQL(
            WORDS,
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
                        ("size", models.IntegerField(null=True)),
                        ("terms", pgvector.django.sparsevec.SparseVectorField(null=True)),
                        ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
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
                        "indexes": [
                            models.Index(
                                fields=["organisation", "source_set_id", "document_id"], name="words_place"
                            )
                        ],
                    },
                    managers=[
                        ("unscoped", django.db.models.manager.Manager()),
                    ],
                ),
            ],
        ),
        migrations.RunSQL(TRIGGER),
        migrations.RunSQL(TERMS),
        migrations.RunSQL(SHELF_SEARCH),
        migrations.RunSQL(SEARCH),
    ]
