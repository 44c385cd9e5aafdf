"""The walls of knowledge, and what the database keeps right by itself.

Tables that are written by the thousand rows are checked once for each parent, and indexed once for each purpose. The
composite key `(organisation_id, document_id)` says all that the keys on the document alone and on the organisation alone
say: the document is there, it is of that organisation, and so is the organisation. The key `(organisation_id, id)` serves
look-ups by organisation, and no public id is searched by its beginning.
"""

from typing import ClassVar

from django.db import migrations

from kernel.rls import TenantTable

MANY_ROWS = ("knowledge_passage", "knowledge_documentpage")
# Their names come from a hash, so they are looked up by what they do.
DROP = """
DO $do$ DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'
        AND cardinality(conkey) = 1 AND confrelid = 'organisations_organisation'::regclass
    LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', name); END LOOP;
    FOR name IN SELECT indexrelid::regclass FROM pg_index i JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[0]
        WHERE indrelid = '{table}'::regclass AND NOT indisunique AND indnatts = 1
        AND a.attname IN ('organisation_id', 'public_id')
    LOOP EXECUTE format('DROP INDEX %s', name); END LOOP;
END $do$;
"""
# Vectors are kept in their row, never moved aside: they are read by the thousand.
PLAIN = "ALTER TABLE knowledge_pendingvector ALTER COLUMN embedding SET STORAGE PLAIN"
EXTERNAL = "ALTER TABLE knowledge_pendingvector ALTER COLUMN embedding SET STORAGE EXTERNAL"
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
    dependencies: ClassVar = [("knowledge", "0001_initial"), ("turns", "0002_walls")]

    operations: ClassVar = [
        TenantTable(
            "SourceSet",
            "Source",
            "Document",
            "DocumentPage",
            "Passage",
            "SourceAudience",
            "SharedSource",
            "PendingVector",
            "Shelf",
            "ShelfChange",
            "ShelfTerm",
            "Reembedding",
            "StoredBytes",
            "SiteAddress",
        ),
        *(migrations.RunSQL(DROP.format(table=table), migrations.RunSQL.noop) for table in MANY_ROWS),
        migrations.RunSQL(PLAIN, EXTERNAL),
        migrations.RunSQL(DELETED, NOT_DELETED),
        migrations.RunSQL(CHANGED, NOT_CHANGED),
    ]
