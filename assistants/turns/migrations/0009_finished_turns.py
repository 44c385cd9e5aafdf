from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("turns", "0008_trial_surface")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(
                    models.Q(("publication_id", ""), _negated=True), ("finished_at__isnull", False)
                ),
                fields=["finished_at"],
                name="turn_finished",
            ),
        ),
    ]
