from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable

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
UNDO = "DROP TRIGGER append_only ON building_release; DROP FUNCTION building_release_stays();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("building", "0005_workshop"), ("turns", "0002_tenancy")]

    operations: ClassVar = [
        TenantTable("Release"),
        TenantTable("Rollout"),
        TenantTable("ScheduledRelease"),
        TenantTable("WorkshopMessage"),
        TenantTable("DraftChange"),
        migrations.RunSQL(RELEASES_STAY, UNDO),
    ]
