from typing import ClassVar

from django.db import migrations, models

from kernel.tenancy import ACROSS_ROLE

# Row-level security shows the owner of the tables nothing, so another role does it.
FILL = f"""
SET LOCAL ROLE {ACROSS_ROLE};
UPDATE building_publication p SET assistant_public_id = a.public_id FROM building_assistant a WHERE a.id = p.assistant_id;
RESET ROLE;
"""  # noqa: S608 - a constant


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0003_owners")]

    operations: ClassVar = [
        migrations.AddField(
            "Publication",
            "assistant_public_id",
            models.CharField(default="", editable=False, max_length=48),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
