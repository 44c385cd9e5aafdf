"""The words of the shared shelf become numbers, and a search by them costs as little as one by vectors."""

from typing import ClassVar

import django.contrib.postgres.search
import pgvector.django
from django.db import migrations, models

from assistants.knowledge.migrations._0013_ranking import RANKING
from assistants.knowledge.migrations._0013_terms import APART, TERMS, TRIGGER


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0012_faster_search")]

    operations: ClassVar = [
        migrations.RunSQL(TERMS),
        migrations.RunSQL(
            APART,
            state_operations=[
                migrations.AlterField(
                    model_name="passagewords",
                    name="words",
                    field=django.contrib.postgres.search.SearchVectorField(null=True),
                ),
                migrations.AddField(
                    model_name="passagewords", name="size", field=models.IntegerField(null=True)
                ),
                migrations.AddField(
                    model_name="passagewords",
                    name="terms",
                    field=pgvector.django.SparseVectorField(null=True),
                ),
            ],
        ),
        migrations.RunSQL(TRIGGER),
        migrations.RunSQL(RANKING),
    ]
