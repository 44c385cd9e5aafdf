"""SQL that takes the words from the vectors' table to one of their own, and lets each shelf's tables follow its row.

A search by meaning reads all vectors of a set, so their rows hold nothing else: beside the words they were three times as
long, and a scan took half as long again.

The role that serves owns nothing, so it makes, indexes and drops no table. It writes rows of `knowledge_shelf`, behind
the wall of row-level security, and this trigger of the owner's does what they say: no function can be called with the
number of another organisation's shelf, and no table is left without its row.

Foreign keys stand on the shared shelf only. On the others they would lock the tables of all passages and documents whenever
a shelf is made, takes its place or is dropped, and hold documents that are removed while their set is being copied. What
lies there is copied from where it was checked, and is of one organisation by a constraint of the table.
"""

from assistants.knowledge.migrations._0004_shelving import IN_THE_ROW, walls

# The owner who migrates is bound by a wall that is forced. The key on the passage says that the document is there, and of the
# organisation, too.
_TABLE = f"""
CREATE TABLE knowledge_words_0 (
    id bigint NOT NULL, organisation_id bigint NOT NULL, source_set_id bigint NOT NULL, document_id bigint NOT NULL,
    words tsvector NOT NULL, shelf bigint NOT NULL DEFAULT 0);
ALTER TABLE knowledge_words_0 {IN_THE_ROW};
ALTER TABLE knowledge_shelf_0 NO FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passage NO FORCE ROW LEVEL SECURITY;
INSERT INTO knowledge_words_0 (id, organisation_id, source_set_id, document_id, words)
SELECT id, organisation_id, source_set_id, document_id, words FROM knowledge_shelf_0
ORDER BY organisation_id, source_set_id, document_id, id;
CREATE INDEX words_place ON knowledge_words_0 (organisation_id, source_set_id, document_id);
ALTER TABLE knowledge_words_0 ADD PRIMARY KEY (id),
    ADD CONSTRAINT knowledge_passagewords_id_tenant_fk FOREIGN KEY (organisation_id, id)
        REFERENCES knowledge_passage (organisation_id, id) DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE knowledge_passagewords (LIKE knowledge_words_0 INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY LIST (shelf);
{walls("knowledge_passagewords")}
ALTER TABLE knowledge_passagewords FORCE ROW LEVEL SECURITY;
{walls("knowledge_words_0")}
ALTER TABLE knowledge_words_0 FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_shelf_0 FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passage FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passagewords ATTACH PARTITION knowledge_words_0 FOR VALUES IN (0);
"""  # noqa: S608 - constants of this module
# Statements of a function that knows the shelf's `number` and its `owner`.
_MAKE = """
EXECUTE format('CREATE TABLE public.%1$I (LIKE public.%2$I INCLUDING DEFAULTS INCLUDING STORAGE)', name, parent);
EXECUTE format('ALTER TABLE public.%1$I ALTER shelf SET DEFAULT %2$s, {in_the_row}, ADD CHECK (shelf = %2$s),'
    ' ADD CHECK (organisation_id = %3$s), ADD PRIMARY KEY (id)', name, number, owner);
EXECUTE format($wall${walls}$wall$, name);
""".format(in_the_row=IN_THE_ROW, walls=walls("public.%1$I"))
_INDEX_WORDS = """
EXECUTE format('CREATE INDEX ON public.%I USING gin (words) WITH (fastupdate = off)', name);
EXECUTE format('ANALYZE public.%I', name);
"""
_ATTACH = "EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)', parent, name, number);"
# Shelves that are there: each gets its table of words in the state that it is in. The table of a shelf that serves is a
# partition, and loses its column with the whole.
_SHELVES = f"""
ALTER TABLE knowledge_shelf NO FORCE ROW LEVEL SECURITY;
DO $do$ DECLARE
    number bigint; owner bigint; state text; name text; parent text := 'knowledge_passagewords'; columns text;
BEGIN
    FOR number, owner, state IN SELECT s.id, s.organisation_id, s.state FROM knowledge_shelf s LOOP
        name := 'knowledge_words_' || number;
        {_MAKE}
        columns := 'id, organisation_id, source_set_id, document_id, words, shelf';
        EXECUTE format('INSERT INTO public.%I (%s) SELECT %2$s FROM public.%I', name, columns, 'knowledge_shelf_' || number);
        IF state <> 'filling' THEN
            EXECUTE format('CREATE INDEX ON public.%I (document_id)', name);
            {_INDEX_WORDS}
        END IF;
        IF state = 'serving' THEN {_ATTACH} ELSE
            EXECUTE format('ALTER TABLE public.%I DROP COLUMN words', 'knowledge_shelf_' || number);
        END IF;
    END LOOP;
END $do$;
ALTER TABLE knowledge_shelf FORCE ROW LEVEL SECURITY;
"""  # noqa: S608 - constants of this module
# A column that is dropped stays in its rows until they are written anew.
_NARROW = """
ALTER TABLE knowledge_passagevector DROP COLUMN words;
CLUSTER knowledge_shelf_0 USING vector_place;
ALTER TABLE knowledge_shelf_0 SET WITHOUT CLUSTER;
ANALYZE knowledge_shelf_0;
ANALYZE knowledge_words_0;
"""
WORDS_APART = _TABLE + _SHELVES + _NARROW
# Half-precision vectors can be indexed up to 4,000 dimensions; longer ones are compared one by one.
TRIGGER = f"""
CREATE OR REPLACE FUNCTION knowledge_follow_shelf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
DROP TRIGGER IF EXISTS follow_shelf ON knowledge_shelf;
CREATE TRIGGER follow_shelf AFTER INSERT OR UPDATE OR DELETE ON knowledge_shelf
    FOR EACH ROW EXECUTE FUNCTION knowledge_follow_shelf();
"""
