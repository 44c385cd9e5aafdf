from typing import ClassVar

from django.db import migrations

from kernel.rls import ReadPolicy

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


class Migration(migrations.Migration):
    dependencies: ClassVar = [("organisations", "0006_origin_of_keys"), ("account", "0001_initial")]

    operations: ClassVar = [
        ReadPolicy("Policy", "by_join_domain", BY_JOIN_DOMAIN),
        migrations.RunSQL(JOIN_OFFERS, "DROP FUNCTION bottega_join_offers(bigint)"),
    ]
