from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("turns", "0002_tenancy")]

    operations: ClassVar = [
        migrations.AddField(model_name="turn", name="fallback", field=models.JSONField(null=True)),
        migrations.AddField(model_name="turn", name="steps", field=models.JSONField(default=list)),
        migrations.AddField(model_name="turn", name="verification", field=models.JSONField(null=True)),
    ]
