from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0006_workshop_tenancy")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="workshopmessage",
            name="suggestions",
            field=models.JSONField(default=dict),
        ),
    ]
