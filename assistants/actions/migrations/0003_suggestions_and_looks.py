from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("actions", "0002_tenancy")]

    operations: ClassVar = [
        migrations.AddField(model_name="action", name="looked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="actionrevision", name="suggested_auth", field=models.JSONField(null=True)
        ),
    ]
