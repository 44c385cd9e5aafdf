from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("chat", "0001_initial"), ("turns", "0002_tenancy")]

    operations: ClassVar = [TenantTable("Conversation", "Message")]
