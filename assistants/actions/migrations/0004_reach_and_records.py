from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

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
        ("actions", "0003_suggestions_and_looks"),
        ("organisations", "0002_tenancy"),
    ]

    operations: ClassVar = [
        migrations.AddIndex(
            "actioncall",
            models.Index(fields=["organisation", "user", "-created_at", "-id"], name="action_call_of_person"),
        ),
        migrations.AddIndex(
            "actioncall",
            models.Index(
                fields=["organisation", "assistant_id", "-created_at", "-id"], name="action_call_of_assistant"
            ),
        ),
        migrations.AddIndex(
            "actioncall",
            models.Index(fields=["organisation", "host", "-created_at", "-id"], name="action_call_of_host"),
        ),
        migrations.AddIndex("actioncall", models.Index(fields=["created_at"], name="action_call_age")),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("assistant_id", models.CharField(max_length=48)),
                ("host", models.CharField(max_length=255)),
                ("operation", models.CharField(blank=True, max_length=120)),
                ("route", models.CharField(blank=True, max_length=500)),
                ("approval_id", models.CharField(blank=True, max_length=48)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organisation", "assistant_id", "host", "operation", "route"],
                        name="one_reach",
                    )
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        TenantTable("Reach"),
        migrations.RunSQL(CALLS_STAY, UNDO),
    ]
