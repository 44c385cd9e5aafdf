"""SQL that makes the vectors' table a partitioned one."""

_OWN = "organisation_id = NULLIF(current_setting('bottega.organisation', true), '')::bigint"


def walls(table: str) -> str:
    """Row-level security of a table of vectors; a partition is walled itself, for it can be read by its own name."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table} USING ({_OWN}) WITH CHECK ({_OWN});
"""


# Vectors and words are read by every search: kept in their row, as they are, where it fits its page.
IN_THE_ROW = "SET (toast_tuple_target = 8160)"
# The table of small sets, as it is, becomes the first partition. It needs no second index on the organisation alone.
PARTITION = f"""
ALTER TABLE knowledge_passagevector RENAME TO knowledge_shelf_0;
ALTER TABLE knowledge_shelf_0 ADD COLUMN shelf bigint NOT NULL DEFAULT 0;
ALTER TABLE knowledge_shelf_0 ADD CONSTRAINT knowledge_shelf_0_only CHECK (shelf = 0);
ALTER TABLE knowledge_shelf_0 {IN_THE_ROW};
DO $do$ DECLARE name text;
BEGIN
    SELECT indexrelid::regclass INTO STRICT name FROM pg_index
    WHERE indrelid = 'knowledge_shelf_0'::regclass AND NOT indisunique AND indnatts = 1;
    EXECUTE format('DROP INDEX %s', name);
    SELECT conname INTO STRICT name FROM pg_constraint
    WHERE conrelid = 'knowledge_shelf_0'::regclass AND confrelid = 'organisations_organisation'::regclass;
    EXECUTE format('ALTER TABLE knowledge_shelf_0 RENAME CONSTRAINT %I TO knowledge_passagevector_organisation_fk', name);
END $do$;
ALTER TABLE knowledge_shelf_0 DROP CONSTRAINT knowledge_passagevector_tenant_key;
CREATE TABLE knowledge_passagevector (LIKE knowledge_shelf_0 INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY LIST (shelf);
{walls("knowledge_passagevector")}
ALTER TABLE knowledge_passagevector FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passagevector ATTACH PARTITION knowledge_shelf_0 FOR VALUES IN (0);
ALTER TABLE knowledge_shelf_0 DROP CONSTRAINT knowledge_shelf_0_only;
"""  # noqa: S608 - constants of this module
