"""The walls of organisations, and who may see which row through them before an organisation is known."""

# ruff: noqa: S608 - conditions made of constants
from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from kernel.rls import OWN_USER, AppendOnly, ReadPolicy, TenantTable

# An API key is looked up before any organisation is known: the policies below show the one row that has exactly
# the hash which this function sets, its owner's membership and role, and nothing else.
API_KEY_OWNER = """
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
BY_KEY_HASH = "key_hash = NULLIF(current_setting('bottega.key_hash', true), '')"
MEMBER_OF_KEY = (
    "EXISTS (SELECT 1 FROM organisations_apikey k WHERE k.organisation_id = organisations_membership.organisation_id"
    " AND k.user_id = organisations_membership.user_id"
    " AND k.key_hash = NULLIF(current_setting('bottega.key_hash', true), ''))"
)
BY_LINK = "token_hash = NULLIF(current_setting('bottega.invitation', true), '')"
# Whoever may join is in no organisation of those yet: the policy below shows the one that names exactly the domain which
# this function sets, and it sets only domains of addresses that the person has confirmed. What comes after the last @
# counts: the part before it may hold quoted ones.
JOIN_OFFERS = """
CREATE FUNCTION bottega_join_offers(wanted_user bigint)
RETURNS TABLE (organisation_id bigint, role text, domain text)
LANGUAGE plpgsql AS $$
DECLARE confirmed record;
BEGIN
  FOR confirmed IN
    SELECT DISTINCT lower(substring(e.email FROM '@([^@]+)$')) AS domain
    FROM account_emailaddress e JOIN accounts_user u ON u.id = e.user_id AND u.is_active
    WHERE e.user_id = wanted_user AND e.verified
  LOOP
    PERFORM set_config('bottega.join_domain', confirmed.domain, true);
    RETURN QUERY
      SELECT p.organisation_id, p.document->'joining'->>'role', confirmed.domain
      FROM organisations_policy p
      JOIN organisations_organisation o ON o.id = p.organisation_id AND o.kind = 'team' AND o.suspended_at IS NULL
      WHERE p.document->'joining'->'domains' ? confirmed.domain;
  END LOOP;
  PERFORM set_config('bottega.join_domain', '', true);
END $$;
"""
BY_JOIN_DOMAIN = "document->'joining'->'domains' ? NULLIF(current_setting('bottega.join_domain', true), '')"

HISTORY = (
    "ApiKeyEvent",
    "CustomRoleEvent",
    "GrantEvent",
    "GroupMembershipEvent",
    "MembershipEvent",
    "PolicyEvent",
    "DirectChange",
)
# The library's triggers ask this function whether a setting of the session, which anybody may make, switches them off.
# History is never switched off.
NEVER_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql AS $$ BEGIN RETURN false; END $$
"""


def make_platform_organisation(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """The organisation in which anonymous visitors act. Organisations themselves are under no row-level security."""
    organisations = apps.get_model("organisations", "Organisation")
    organisations.objects.get_or_create(kind="platform", defaults={"name": "Bottega", "slug": "bottega"})


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("organisations", "0001_initial"),
        ("accounts", "0002_walls"),
        ("account", "0001_initial"),
    ]

    operations: ClassVar = [
        TenantTable(
            "Membership",
            "Invitation",
            "ApiKey",
            "AuditEntry",
            "CustomRole",
            "Group",
            "GroupMembership",
            "Grant",
            "Policy",
            "Approval",
            "ServiceAccount",
            "AuditSeal",
            "ShutDoor",
            *HISTORY,
        ),
        ReadPolicy("Membership", "own_memberships", OWN_USER),
        ReadPolicy("ApiKey", "by_key_hash", BY_KEY_HASH),
        ReadPolicy("Membership", "member_of_key", MEMBER_OF_KEY),
        ReadPolicy("Invitation", "by_token_hash", BY_LINK),
        ReadPolicy("CustomRole", "own_role", OWN_ROLE),
        ReadPolicy("CustomRole", "role_of_key", ROLE_OF_KEY),
        ReadPolicy("CustomRole", "offered_role", OFFERED_ROLE),
        ReadPolicy("ServiceAccount", "account_of_key", ACCOUNT_OF_KEY),
        ReadPolicy("Policy", "by_join_domain", BY_JOIN_DOMAIN),
        # Which doors are shut to a person is asked before any organisation is known.
        ReadPolicy("ShutDoor", "own_shut_doors", OWN_USER),
        *(AppendOnly(name) for name in ("AuditEntry", "AuditSeal", *HISTORY)),
        migrations.RunSQL(API_KEY_OWNER, "DROP FUNCTION bottega_api_key_owner(text)"),
        migrations.RunSQL(JOIN_OFFERS, "DROP FUNCTION bottega_join_offers(bigint)"),
        migrations.RunSQL(NEVER_IGNORE, migrations.RunSQL.noop),
        migrations.RunPython(make_platform_organisation, migrations.RunPython.noop),
    ]
