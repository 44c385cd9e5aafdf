from typing import ClassVar

from django.db import migrations

from kernel.rls import OWN_USER, ReadPolicy, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0001_notifications"), ("organisations", "0004_tenancy_of_roles")]

    operations: ClassVar = [
        TenantTable("Notification"),
        # The bell rings for all of a person's organisations at once.
        ReadPolicy("Notification", "own_notifications", OWN_USER),
    ]
