from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from kernel.rls import TenantKey


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0008_import_reports")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="publication",
            name="candidate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="building.version",
            ),
        ),
        TenantKey("Publication", "candidate"),
        migrations.AddField(
            model_name="publication",
            name="candidate_share",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="publication",
            name="conversations_moved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="publication",
            name="withdrawn_versions",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="release",
            name="moves_conversations",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="scheduledrelease",
            name="moves_conversations",
            field=models.BooleanField(default=False),
        ),
    ]
