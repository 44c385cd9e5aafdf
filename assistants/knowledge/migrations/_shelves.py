"""SQL of the tables of vectors and words, and of their partitions, which follow the rows of `knowledge_shelf`.

A search by meaning reads all vectors of a set, so their rows hold nothing else: beside the words they were three times as
long, and a scan took half as long again. Small sets share shelf 0; a large one has a shelf, a partition, to itself.

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
# A set that leaves takes tens of thousands of rows at once, of maybe millions. Waiting for a fifth of the table, as
# PostgreSQL does, would leave them there for good.
_TIDY = "SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000)"


def _table(name: str, shared: str, columns: str, shared_columns: str) -> str:
    """A partitioned table, and the partition that small sets share."""
    place = "id bigint NOT NULL, organisation_id bigint NOT NULL, source_set_id bigint NOT NULL, document_id bigint NOT NULL"
    return f"""
CREATE TABLE {name} ({place}, {columns}, shelf bigint NOT NULL DEFAULT 0) PARTITION BY LIST (shelf);
CREATE TABLE {shared} ({place}, {shared_columns}, shelf bigint NOT NULL DEFAULT 0, PRIMARY KEY (id));
ALTER TABLE {shared} {IN_THE_ROW};
ALTER TABLE {shared} {_TIDY};
{walls(name)}
{walls(shared)}
ALTER TABLE {name} FORCE ROW LEVEL SECURITY;
ALTER TABLE {shared} FORCE ROW LEVEL SECURITY;
"""


def _key(shared: str, column: str, parent: str) -> str:
    """A foreign key of the shared shelf, to a parent of the same organisation."""
    return f"""
ALTER TABLE {shared} ADD CONSTRAINT {shared}_{column}_tenant_fk FOREIGN KEY (organisation_id, {column})
    REFERENCES {parent} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED;
"""


# Vectors are read by every search: kept in their row, never moved aside.
VECTORS = f"""
{_table("knowledge_passagevector", "knowledge_shelf_0", "embedding halfvec STORAGE PLAIN", "embedding halfvec STORAGE PLAIN")}
{_key("knowledge_shelf_0", "id", "knowledge_passage")}
{_key("knowledge_shelf_0", "source_set_id", "knowledge_sourceset")}
{_key("knowledge_shelf_0", "document_id", "knowledge_document")}
CREATE INDEX vector_place ON knowledge_shelf_0 (organisation_id, source_set_id, document_id);
ALTER TABLE knowledge_passagevector ATTACH PARTITION knowledge_shelf_0 FOR VALUES IN (0);
"""
_NUMBERS = "size integer NOT NULL, terms sparsevec NOT NULL, words tsvector CHECK (words IS NULL)"
WORDS = f"""
{_table("knowledge_passagewords", "knowledge_words_0", "words tsvector, size integer, terms sparsevec", _NUMBERS)}
{_key("knowledge_words_0", "id", "knowledge_passage")}
CREATE INDEX words_place ON knowledge_words_0 (organisation_id, source_set_id, document_id);
ALTER TABLE knowledge_passagewords ATTACH PARTITION knowledge_words_0 FOR VALUES IN (0);
"""
_MAKE = """
EXECUTE format('CREATE TABLE public.%1$I (LIKE public.%2$I INCLUDING DEFAULTS INCLUDING STORAGE)', name, parent);
EXECUTE format('ALTER TABLE public.%1$I ALTER shelf SET DEFAULT %2$s, {in_the_row}, ADD CHECK (shelf = %2$s),'
    ' ADD CHECK (organisation_id = %3$s), ADD PRIMARY KEY (id)', name, number, owner);
EXECUTE format($wall${walls}$wall$, name);
IF parent = 'knowledge_passagewords' THEN
    EXECUTE format('ALTER TABLE public.%I ALTER words SET NOT NULL', name);
END IF;
""".format(in_the_row=IN_THE_ROW, walls=walls("public.%1$I"))
_INDEX_WORDS = """
EXECUTE format('CREATE INDEX ON public.%I USING gin (words) WITH (fastupdate = off)', name);
EXECUTE format('ANALYZE public.%I', name);
"""
_ATTACH = "EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)', parent, name, number);"
# Shelves that are there: each gets its table of words in the state that it is in. The table of a shelf that serves is a
# partition, and loses its column with the whole.
TRIGGER = f"""
CREATE FUNCTION knowledge_follow_shelf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $follow$
DECLARE
    number bigint := coalesce(NEW.id, OLD.id); owner bigint := coalesce(NEW.organisation_id, OLD.organisation_id);
    name text; parent text;
BEGIN
    IF number <= 0 THEN
        RAISE EXCEPTION 'This shelf is shared.';
    ELSIF TG_OP = 'INSERT' AND NEW.state <> 'filling' THEN
        RAISE EXCEPTION 'A shelf begins empty.';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.organisation_id, NEW.source_set_id) <> (OLD.id, OLD.organisation_id, OLD.source_set_id) THEN
        RAISE EXCEPTION 'A shelf stays with its set.';
    ELSIF TG_OP = 'UPDATE' AND OLD.state = NEW.state THEN
        RETURN NULL;
    END IF;
    -- Always the vectors first: two that wait for each other would be the end of one.
    FOREACH parent IN ARRAY ARRAY['knowledge_passagevector', 'knowledge_passagewords'] LOOP
        name := CASE parent WHEN 'knowledge_passagevector' THEN 'knowledge_shelf_' ELSE 'knowledge_words_' END || number;
        IF TG_OP = 'INSERT' THEN
            {_MAKE}
        ELSIF TG_OP = 'DELETE' THEN
            IF OLD.state = 'serving' THEN
                EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', parent, name);
            END IF;
            EXECUTE format('DROP TABLE IF EXISTS public.%I', name);
        ELSIF OLD.state = 'filling' AND NEW.state = 'indexed' THEN
            EXECUTE format('CREATE INDEX ON public.%I (document_id)', name);
            IF parent = 'knowledge_passagewords' THEN
                {_INDEX_WORDS}
            ELSIF NEW.dimensions BETWEEN 1 AND 4000 THEN
                EXECUTE format('CREATE INDEX ON public.%1$I USING hnsw ((embedding::halfvec(%2$s)) halfvec_cosine_ops)'
                    ' WITH (m = 16, ef_construction = 128) WHERE vector_dims(embedding) = %2$s', name, NEW.dimensions);
            END IF;
            EXECUTE format('ANALYZE public.%I', name);
        ELSIF OLD.state = 'indexed' AND NEW.state = 'serving' THEN
            {_ATTACH}
        ELSIF OLD.state = 'serving' AND NEW.state = 'leaving' THEN
            EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', parent, name);
        ELSE
            RAISE EXCEPTION 'A shelf that is % does not become %.', OLD.state, NEW.state;
        END IF;
    END LOOP;
    RETURN NULL;
END $follow$;
REVOKE ALL ON FUNCTION knowledge_follow_shelf() FROM PUBLIC;
CREATE TRIGGER follow_shelf AFTER INSERT OR UPDATE OR DELETE ON knowledge_shelf
    FOR EACH ROW EXECUTE FUNCTION knowledge_follow_shelf();
"""
