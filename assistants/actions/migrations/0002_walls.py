from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable

# A call is written down once. Its person may be forgotten, with what they sent; it goes when it is old.
CALLS_STAY = """
CREATE FUNCTION actions_call_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.created_at < now() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  ELSIF NEW.user_id IS NULL AND (NEW.arguments = '{}'::jsonb OR NEW.arguments = OLD.arguments)
    AND to_jsonb(NEW) - 'user_id' - 'arguments' = to_jsonb(OLD) - 'user_id' - 'arguments' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON actions_actioncall
  FOR EACH ROW EXECUTE FUNCTION actions_call_stays();
"""
UNDO = "DROP TRIGGER append_only ON actions_actioncall; DROP FUNCTION actions_call_stays();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("actions", "0001_initial"),
        ("connections", "0002_walls"),
        ("knowledge", "0002_walls"),
    ]

    operations: ClassVar = [
        TenantTable(
            "Action",
            "ActionRevision",
            "Operation",
            "ActionExample",
            "ToolApproval",
            "Confirmation",
            "AlwaysAllow",
            "ActionCall",
            "Reach",
            "ActionFile",
            "ConnectorClient",
        ),
        migrations.RunSQL(CALLS_STAY, UNDO),
    ]
