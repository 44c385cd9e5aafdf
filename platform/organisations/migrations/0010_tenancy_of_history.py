from typing import Any, ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, TenantTable
from kernel.tenancy import ACROSS_ROLE

TRACKED = {
    "ApiKey": "ApiKeyEvent",
    "CustomRole": "CustomRoleEvent",
    "Grant": "GrantEvent",
    "GroupMembership": "GroupMembershipEvent",
    "Membership": "MembershipEvent",
    "Policy": "PolicyEvent",
}
# The library's triggers ask this function whether a setting of the session, which anybody may make, switches them off.
# History is never switched off.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql AS $$ BEGIN RETURN false; END $$
"""


def note_how_rows_stand(apps: Any, editor: Any) -> None:
    """What is there already gets a first event, so that a later change of it has something before it."""
    with editor.connection.cursor() as cursor:
        # Row-level security shows the owner of the tables nothing.
        cursor.execute(f"SET LOCAL ROLE {ACROSS_ROLE}")
        for tracked, event in TRACKED.items():
            cursor.execute(
                _copy(apps.get_model("organisations", tracked), apps.get_model("organisations", event))
            )
        cursor.execute("RESET ROLE")


def _copy(tracked: Any, event: Any) -> str:
    both = {field.column for field in tracked._meta.concrete_fields}
    names = ", ".join(f'"{field.column}"' for field in event._meta.concrete_fields if field.column in both)
    return (
        f'INSERT INTO "{event._meta.db_table}" ({names}, pgh_created_at, pgh_label, pgh_context)'  # noqa: S608
        f""" SELECT {names}, now(), 'start', '{{"start": true}}' FROM "{tracked._meta.db_table}\""""
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0009_history")]

    operations: ClassVar = [
        *(TenantTable(event) for event in TRACKED.values()),
        TenantTable("DirectChange"),
        *(AppendOnly(event) for event in TRACKED.values()),
        AppendOnly("DirectChange"),
        migrations.RunSQL(NEVER_IGNORE, migrations.RunSQL.noop),
        migrations.RunPython(note_how_rows_stand, migrations.RunPython.noop),
    ]
