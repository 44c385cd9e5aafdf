from typing import ClassVar

from django.db import migrations

from kernel.rls import OWN_USER, ReadPolicy, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0001_initial"), ("organisations", "0002_walls")]

    operations: ClassVar = [
        TenantTable("Notification"),
        # The bell rings for all of a person's organisations at once.
        ReadPolicy("Notification", "own_notifications", OWN_USER),
    ]
