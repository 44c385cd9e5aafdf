from typing import ClassVar

from django.db import migrations

from kernel.rls import ReadPolicy, TenantTable

# A version never changes. It goes only with its assistant, when that has lain in the bin for its whole time.
IMMUTABLE_VERSIONS = """
CREATE FUNCTION building_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM building_assistant a
    WHERE a.id = OLD.assistant_id AND a.deleted_at < now() - interval '30 days'
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON building_version
  FOR EACH ROW EXECUTE FUNCTION building_version_stays();
"""
UNDO = "DROP TRIGGER append_only ON building_version; DROP FUNCTION building_version_stays();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0001_initial"), ("knowledge", "0002_tenancy")]

    operations: ClassVar = [
        TenantTable("Assistant"),
        TenantTable("Draft"),
        TenantTable("Version"),
        TenantTable("Publication"),
        ReadPolicy("Publication", "published", "state = 'live' AND visibility IN ('public', 'link')"),
        migrations.RunSQL(IMMUTABLE_VERSIONS, UNDO),
    ]
