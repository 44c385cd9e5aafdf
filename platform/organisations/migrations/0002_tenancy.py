from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from kernel.rls import OWN_USER, AppendOnly, ReadPolicy, TenantTable

# An API key is looked up before any organisation is known: the policies below show the one row that has exactly
# the hash which this function sets, its owner's membership, and nothing else.
API_KEY_OWNER = """
CREATE FUNCTION bottega_api_key_owner(wanted text)
RETURNS TABLE (key_id bigint, organisation_id bigint, user_id bigint, role text, scopes jsonb)
LANGUAGE plpgsql AS $$
DECLARE found_organisation bigint;
BEGIN
  PERFORM set_config('bottega.key_hash', wanted, true);
  RETURN QUERY
    SELECT k.id, k.organisation_id, k.user_id, m.role::text, k.scopes
    FROM organisations_apikey k
    JOIN organisations_membership m ON m.organisation_id = k.organisation_id AND m.user_id = k.user_id
    JOIN accounts_user u ON u.id = k.user_id AND u.is_active
    WHERE k.key_hash = wanted AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
  PERFORM set_config('bottega.key_hash', '', true);
END $$;
"""
BY_KEY_HASH = "key_hash = NULLIF(current_setting('bottega.key_hash', true), '')"
MEMBER_OF_KEY = (
    "EXISTS (SELECT 1 FROM organisations_apikey k WHERE k.organisation_id = organisations_membership.organisation_id"
    " AND k.user_id = organisations_membership.user_id"
    " AND k.key_hash = NULLIF(current_setting('bottega.key_hash', true), ''))"
)
BY_LINK = "token_hash = NULLIF(current_setting('bottega.invitation', true), '')"


def make_platform_organisation(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """The organisation in which anonymous visitors act. Organisations themselves are under no row-level security."""
    organisations = apps.get_model("organisations", "Organisation")
    organisations.objects.get_or_create(kind="platform", defaults={"name": "Bottega", "slug": "bottega"})


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0001_initial"), ("accounts", "0001_initial")]

    operations: ClassVar = [
        TenantTable("Membership"),
        TenantTable("Invitation"),
        TenantTable("ApiKey"),
        TenantTable("AuditEntry"),
        ReadPolicy("Membership", "own_memberships", OWN_USER),
        ReadPolicy("ApiKey", "by_key_hash", BY_KEY_HASH),
        ReadPolicy("Membership", "member_of_key", MEMBER_OF_KEY),
        ReadPolicy("Invitation", "by_token_hash", BY_LINK),
        AppendOnly("AuditEntry"),
        migrations.RunSQL(API_KEY_OWNER, "DROP FUNCTION bottega_api_key_owner(text)"),
        migrations.RunPython(make_platform_organisation, migrations.RunPython.noop),
    ]
