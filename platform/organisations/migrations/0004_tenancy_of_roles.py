from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, ReadPolicy, TenantKey, TenantTable

# ruff: noqa: S608 - conditions made of constants
# As before, now for keys of service accounts too, and with the permissions of custom roles.
API_KEY_OWNER = """
DROP FUNCTION bottega_api_key_owner(text);
CREATE FUNCTION bottega_api_key_owner(wanted text)
RETURNS TABLE (key_id bigint, organisation_id bigint, user_id bigint, membership_id bigint, role text, permissions jsonb,
    service_account_id bigint, service_account_name text, scopes jsonb, assistants jsonb)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('bottega.key_hash', wanted, true);
  RETURN QUERY
    SELECT k.id, k.organisation_id, k.user_id, m.id, m.role::text, coalesce(r.permissions, s.permissions),
        s.id, s.name::text, k.scopes, k.allowed_assistants
    FROM organisations_apikey k
    JOIN organisations_organisation o ON o.id = k.organisation_id AND o.suspended_at IS NULL
    LEFT JOIN organisations_membership m ON m.organisation_id = k.organisation_id AND m.user_id = k.user_id
    LEFT JOIN organisations_customrole r ON r.id = m.custom_role_id
    LEFT JOIN organisations_serviceaccount s ON s.id = k.service_account_id AND s.disabled_at IS NULL
    LEFT JOIN accounts_user u ON u.id = k.user_id
    WHERE k.key_hash = wanted AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        AND (s.id IS NOT NULL OR (u.is_active AND m.id IS NOT NULL AND m.suspended_at IS NULL
            AND (m.custom_role_id IS NULL OR r.id IS NOT NULL)));
  PERFORM set_config('bottega.key_hash', '', true);
END $$;
"""
KEY_HASH = "NULLIF(current_setting('bottega.key_hash', true), '')"
OWN_ROLE = (
    "EXISTS (SELECT 1 FROM organisations_membership m WHERE m.custom_role_id = organisations_customrole.id"
    " AND m.organisation_id = organisations_customrole.organisation_id"
    " AND m.user_id = NULLIF(current_setting('bottega.user', true), '')::bigint)"
)
ROLE_OF_KEY = (
    "EXISTS (SELECT 1 FROM organisations_membership m JOIN organisations_apikey k"
    " ON k.organisation_id = m.organisation_id AND k.user_id = m.user_id"
    " WHERE m.custom_role_id = organisations_customrole.id"
    f" AND m.organisation_id = organisations_customrole.organisation_id AND k.key_hash = {KEY_HASH})"
)
# Who holds an invitation's link reads which role it offers, before they belong to the organisation.
OFFERED_ROLE = (
    "EXISTS (SELECT 1 FROM organisations_invitation i WHERE i.custom_role_id = organisations_customrole.id"
    " AND i.organisation_id = organisations_customrole.organisation_id"
    " AND i.token_hash = NULLIF(current_setting('bottega.invitation', true), ''))"
)
ACCOUNT_OF_KEY = (
    "EXISTS (SELECT 1 FROM organisations_apikey k WHERE k.service_account_id = organisations_serviceaccount.id"
    f" AND k.organisation_id = organisations_serviceaccount.organisation_id AND k.key_hash = {KEY_HASH})"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0003_roles_groups_policies")]

    operations: ClassVar = [
        TenantTable("CustomRole"),
        TenantTable("Group"),
        TenantTable("GroupMembership"),
        TenantTable("Grant"),
        TenantTable("Policy"),
        TenantTable("Approval"),
        TenantTable("ServiceAccount"),
        TenantTable("AuditSeal"),
        TenantKey("Membership", "custom_role"),
        TenantKey("Invitation", "custom_role"),
        TenantKey("ApiKey", "service_account"),
        TenantKey("ApiKey", "successor"),
        ReadPolicy("CustomRole", "own_role", OWN_ROLE),
        ReadPolicy("CustomRole", "role_of_key", ROLE_OF_KEY),
        ReadPolicy("CustomRole", "offered_role", OFFERED_ROLE),
        ReadPolicy("ServiceAccount", "account_of_key", ACCOUNT_OF_KEY),
        AppendOnly("AuditSeal"),
        migrations.RunSQL(API_KEY_OWNER, migrations.RunSQL.noop),
    ]
