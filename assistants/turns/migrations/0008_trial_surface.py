from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("turns", "0007_waiting")]

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
                    ("trial", "Try-out"),
                ],
                max_length=8,
            ),
        ),
    ]
