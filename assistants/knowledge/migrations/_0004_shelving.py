"""SQL that makes the vectors' table a partitioned one, and lets each shelf's table follow its row.

The role that serves owns nothing, so it makes, indexes and drops no table. It writes rows of `knowledge_shelf`, behind
the wall of row-level security, and this trigger of the owner's does what they say: no function can be called with the
number of another organisation's shelf, and no table is left without its row.

Foreign keys stand on the shared shelf only. On the others they would lock the tables of all passages and documents whenever
a shelf is made, takes its place or is dropped, and hold documents that are removed while their set is being copied. What
lies there is copied from where it was checked, and is of one organisation by a constraint of the table.
"""

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
# Half-precision vectors can be indexed up to 4,000 dimensions; longer ones are compared one by one.
TRIGGER = f"""
CREATE FUNCTION knowledge_follow_shelf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $follow$
DECLARE
    number bigint := coalesce(NEW.id, OLD.id);
    name text := 'knowledge_shelf_' || number;
BEGIN
    IF number <= 0 THEN
        RAISE EXCEPTION 'This shelf is shared.';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'filling' THEN RAISE EXCEPTION 'A shelf begins empty.'; END IF;
        EXECUTE format('CREATE TABLE public.%1$I (LIKE public.knowledge_passagevector INCLUDING DEFAULTS INCLUDING STORAGE)', name);
        EXECUTE format('ALTER TABLE public.%1$I ALTER shelf SET DEFAULT %2$s, {IN_THE_ROW}, ADD CHECK (shelf = %2$s),'
            ' ADD CHECK (organisation_id = %3$s), ADD PRIMARY KEY (id)', name, number, NEW.organisation_id);
        EXECUTE format($wall${walls("public.%1$I")}$wall$, name);
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.state = 'serving' THEN
            EXECUTE format('ALTER TABLE public.knowledge_passagevector DETACH PARTITION public.%I', name);
        END IF;
        EXECUTE format('DROP TABLE IF EXISTS public.%I', name);
    ELSIF NEW.id <> OLD.id OR NEW.organisation_id <> OLD.organisation_id OR NEW.source_set_id <> OLD.source_set_id THEN
        RAISE EXCEPTION 'A shelf stays with its set.';
    ELSIF OLD.state = NEW.state THEN
        NULL;
    ELSIF OLD.state = 'filling' AND NEW.state = 'indexed' THEN
        EXECUTE format('CREATE INDEX ON public.%I (document_id)', name);
        EXECUTE format('CREATE INDEX ON public.%I USING gin (words) WITH (fastupdate = off)', name);
        IF NEW.dimensions BETWEEN 1 AND 4000 THEN
            EXECUTE format('CREATE INDEX ON public.%1$I USING hnsw ((embedding::halfvec(%2$s)) halfvec_cosine_ops)'
                ' WITH (m = 16, ef_construction = 64) WHERE vector_dims(embedding) = %2$s', name, NEW.dimensions);
        END IF;
        EXECUTE format('ANALYZE public.%I', name);
    ELSIF OLD.state = 'indexed' AND NEW.state = 'serving' THEN
        EXECUTE format('ALTER TABLE public.knowledge_passagevector ATTACH PARTITION public.%I FOR VALUES IN (%s)', name, number);
    ELSIF OLD.state = 'serving' AND NEW.state = 'leaving' THEN
        EXECUTE format('ALTER TABLE public.knowledge_passagevector DETACH PARTITION public.%I', name);
    ELSE
        RAISE EXCEPTION 'A shelf that is % does not become %.', OLD.state, NEW.state;
    END IF;
    RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION knowledge_follow_shelf() FROM PUBLIC;
CREATE TRIGGER follow_shelf AFTER INSERT OR UPDATE OR DELETE ON knowledge_shelf
    FOR EACH ROW EXECUTE FUNCTION knowledge_follow_shelf();
"""
