"""Stores of vectors outside: where documents' vectors lie, kept right by the database whoever changes a document."""

from typing import ClassVar

from django.db import migrations, models

# A deleted document's vectors are taken away from where they lie. Where somebody may still be storing them, that waits.
DELETED = """
CREATE FUNCTION knowledge_document_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE knowledge_placement
    SET erase_at = now() + CASE WHEN embedder = '' THEN interval '2 minutes' ELSE interval '0' END
    WHERE document_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER placement_of_deleted AFTER DELETE ON knowledge_document
FOR EACH ROW EXECUTE FUNCTION knowledge_document_deleted();
"""
NOT_DELETED = """
DROP TRIGGER placement_of_deleted ON knowledge_document;
DROP FUNCTION knowledge_document_deleted();
"""
# Vectors of another model take the place of those elsewhere only once they are there.
CHANGED = """
CREATE FUNCTION knowledge_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE knowledge_placement SET embedder = '' WHERE document_id = OLD.id AND embedder <> '';
    NEW.vector_store := '';
    RETURN NEW;
END $$;
CREATE TRIGGER placement_of_changed BEFORE UPDATE OF embedder, state ON knowledge_document
FOR EACH ROW WHEN (NEW.embedder <> OLD.embedder OR (OLD.state = 'ready' AND NEW.state <> 'ready'))
EXECUTE FUNCTION knowledge_document_changed();
"""
NOT_CHANGED = """
DROP TRIGGER placement_of_changed ON knowledge_document;
DROP FUNCTION knowledge_document_changed();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0004_shelves")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Placement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("store", models.CharField(max_length=20)),
                ("organisation_id", models.BigIntegerField()),
                ("document_id", models.BigIntegerField(db_index=True)),
                ("embedder", models.CharField(blank=True, max_length=120)),
                ("erase_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("erase_at__isnull", False)),
                        fields=["erase_at"],
                        name="placement_to_erase",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("store", "document_id"), name="one_placement_a_store")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("state", "ready")), fields=["vector_store"], name="document_placed"
            ),
        ),
        migrations.RunSQL(DELETED, NOT_DELETED),
        migrations.RunSQL(CHANGED, NOT_CHANGED),
    ]
