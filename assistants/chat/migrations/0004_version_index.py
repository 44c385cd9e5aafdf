from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("chat", "0003_versions")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("version_id", ""), _negated=True),
                fields=["version_id", "created_at"],
                name="conversation_version",
            ),
        ),
    ]
