from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("chat", "0002_tenancy")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="conversation",
            name="version_id",
            field=models.CharField(blank=True, default="", max_length=48),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="conversation", name="version_number", field=models.PositiveIntegerField(null=True)
        ),
        migrations.AddField(
            model_name="conversation", name="version_since", field=models.DateTimeField(null=True)
        ),
    ]
