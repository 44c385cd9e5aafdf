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
NO_VERSIONS_STAY = "DROP TRIGGER append_only ON building_version; DROP FUNCTION building_version_stays();"
# What was live when is history. It goes only with its assistant, when that has lain in the bin for its whole time.
RELEASES_STAY = """
CREATE FUNCTION building_release_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM building_publication p JOIN building_assistant a ON a.id = p.assistant_id
    WHERE p.id = OLD.publication_id AND a.deleted_at < now() - interval '30 days'
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON building_release
  FOR EACH ROW EXECUTE FUNCTION building_release_stays();
"""
NO_RELEASES_STAY = "DROP TRIGGER append_only ON building_release; DROP FUNCTION building_release_stays();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0001_initial"), ("actions", "0002_walls")]

    operations: ClassVar = [
        TenantTable(
            "Assistant",
            "Draft",
            "Version",
            "Publication",
            "Release",
            "Rollout",
            "ScheduledRelease",
            "WorkshopMessage",
            "DraftChange",
            "ImportReport",
        ),
        ReadPolicy("Publication", "published", "state = 'live' AND visibility IN ('public', 'link')"),
        migrations.RunSQL(IMMUTABLE_VERSIONS, NO_VERSIONS_STAY),
        migrations.RunSQL(RELEASES_STAY, NO_RELEASES_STAY),
    ]
