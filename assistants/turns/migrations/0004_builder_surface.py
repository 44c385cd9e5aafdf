from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("turns", "0003_answers")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="turn",
            name="surface",
            field=models.CharField(
                choices=[
                    ("chat", "Chat"),
                    ("preview", "Preview"),
                    ("api", "API"),
                    ("builder", "Builder"),
                ],
                max_length=8,
            ),
        ),
    ]
