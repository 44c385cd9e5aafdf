from typing import ClassVar

from django.db import migrations

from kernel.tenancy import ACROSS_ROLE

# Who began an assistant owns it. Row-level security shows the owner of the tables nothing, so another role does it.
OWNERS = f"""
SET LOCAL ROLE {ACROSS_ROLE};
INSERT INTO organisations_grant (public_id, organisation_id, resource_type, resource_id, membership_id, level, created_at)
SELECT 'grt_' || substr(md5(random()::text || a.public_id), 1, 22), a.organisation_id, 'assistant', a.public_id, m.id, 'own', now()
FROM building_assistant a JOIN organisations_membership m ON m.organisation_id = a.organisation_id AND m.user_id = a.created_by_id;
RESET ROLE;
"""  # noqa: S608 - a constant


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0002_tenancy"), ("organisations", "0004_tenancy_of_roles")]

    operations: ClassVar = [migrations.RunSQL(OWNERS, migrations.RunSQL.noop)]
