"""Wall connections in. A consent that is under way is found by whose it is: the browser that comes back may act for
another organisation of theirs by then.
"""

from typing import ClassVar

from django.db import migrations

from kernel.rls import OWN_USER, ReadPolicy, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("connections", "0001_initial"), ("organisations", "0002_walls")]

    operations: ClassVar = [
        TenantTable("AuthProfile", "Connection", "OAuthAttempt", "OAuthClient"),
        ReadPolicy("OAuthAttempt", "own_attempts", OWN_USER),
    ]
