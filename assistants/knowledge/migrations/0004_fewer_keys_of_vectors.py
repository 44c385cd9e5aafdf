from typing import ClassVar

from django.db import migrations, models

# A vector's passage says that its set and document are there, and of the organisation, as it does for words. To look at each
# of them again took half of a document's commit.
KEYS = (("source_set_id", "knowledge_sourceset"), ("document_id", "knowledge_document"))
DROP = "\n".join(
    f"ALTER TABLE knowledge_shelf_0 DROP CONSTRAINT knowledge_shelf_0_{column}_tenant_fk;"
    for column, _ in KEYS
)
ADD = "\n".join(
    f"""ALTER TABLE knowledge_shelf_0 ADD CONSTRAINT knowledge_shelf_0_{column}_tenant_fk
    FOREIGN KEY (organisation_id, {column}) REFERENCES {parent} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED;"""
    for column, parent in KEYS
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("knowledge", "0003_search")]

    operations: ClassVar = [
        migrations.RunSQL(
            DROP,
            ADD,
            state_operations=[
                migrations.RemoveIndex(model_name="passagevector", name="vector_place"),
                migrations.RemoveField(model_name="passagevector", name="source_set"),
                migrations.RemoveField(model_name="passagevector", name="document"),
                migrations.AddField(
                    model_name="passagevector",
                    name="source_set_id",
                    field=models.BigIntegerField(),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="passagevector",
                    name="document_id",
                    field=models.BigIntegerField(),
                    preserve_default=False,
                ),
                migrations.AddIndex(
                    model_name="passagevector",
                    index=models.Index(
                        fields=["organisation", "source_set_id", "document_id"], name="vector_place"
                    ),
                ),
            ],
        )
    ]
