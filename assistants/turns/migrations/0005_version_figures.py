from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("turns", "0004_builder_surface")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("version_id", ""), _negated=True),
                fields=["version_id", "created_at"],
                name="turn_version",
            ),
        ),
    ]
