from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]

    operations: ClassVar = [
        AppendOnly("StaffAction"),
    ]
