"""SQL that makes numbers of words, as `assistants.knowledge.terms` does, and brings those that are stored over.

Only the shared shelf has them: it is read row by row. A shelf of its own is searched by an index on its `tsvector`s.
"""

from assistants.knowledge.migrations._0004_shelving import IN_THE_ROW, walls
from assistants.knowledge.migrations._0009_shelving import _MAKE
from assistants.knowledge.migrations._0009_shelving import TRIGGER as BEFORE

PLACES = 1 << 29


def place_of(lexeme: str) -> str:
    """A word's place, from 0: the first bits of its hash."""
    return f"('x' || left(md5({lexeme}), 8))::bit(32)::bit(29)::int"


# Text is of class A, titles and headings are D.
_LEVEL = """CASE said
        WHEN 0 THEN least(count, 3)
        WHEN 1 THEN CASE WHEN count > 1 THEN 5 ELSE 4 END
        WHEN 2 THEN CASE WHEN count > 2 THEN 7 ELSE 6 END
        WHEN 3 THEN CASE WHEN count > 3 THEN 9 ELSE 8 END
        WHEN 4 THEN 10 WHEN 5 THEN 11 WHEN 6 THEN 12 WHEN 7 THEN 13
        ELSE CASE WHEN said > 10 THEN 15 ELSE 14 END
    END"""
TERMS = f"""
CREATE FUNCTION knowledge_terms(words tsvector) RETURNS sparsevec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $terms$
SELECT ('{{' || coalesce(string_agg(place || ':' || level, ','), '') || '}}/{PLACES}')::sparsevec FROM (
    SELECT {place_of("lexeme")} + 1 AS place, max({_LEVEL}) AS level
    FROM unnest(words), cardinality(positions) count, cardinality(array_positions(weights, 'A')) said
    GROUP BY 1
) said
$terms$;
"""  # noqa: S608 - constants of this module
# The owner who migrates is bound by a wall that is forced. Columns in another order are no matter to a partition, and the narrow
# ones in front are read in less time.
APART = f"""
ALTER TABLE knowledge_words_0 NO FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passage NO FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_shelf NO FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passagewords DETACH PARTITION knowledge_words_0;
ALTER TABLE knowledge_words_0 RENAME TO knowledge_words_before;
ALTER TABLE knowledge_passagewords ALTER words DROP NOT NULL, ADD COLUMN size integer, ADD COLUMN terms sparsevec;
DO $do$ DECLARE number bigint; state text; BEGIN
    FOR number, state IN SELECT s.id, s.state FROM knowledge_shelf s LOOP
        IF state <> 'serving' THEN
            EXECUTE format('ALTER TABLE %I ADD COLUMN size integer, ADD COLUMN terms sparsevec', 'knowledge_words_' || number);
        END IF;
        EXECUTE format('ALTER TABLE %I ALTER words SET NOT NULL', 'knowledge_words_' || number);
    END LOOP;
END $do$;
CREATE TABLE knowledge_words_0 (
    id bigint NOT NULL, organisation_id bigint NOT NULL, source_set_id bigint NOT NULL, document_id bigint NOT NULL,
    shelf bigint NOT NULL DEFAULT 0, size integer NOT NULL, terms sparsevec NOT NULL, words tsvector CHECK (words IS NULL));
ALTER TABLE knowledge_words_0 {IN_THE_ROW};
ALTER TABLE knowledge_words_0 SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000);
INSERT INTO knowledge_words_0 (id, organisation_id, source_set_id, document_id, size, terms)
SELECT id, organisation_id, source_set_id, document_id, length(words), knowledge_terms(words) FROM knowledge_words_before
ORDER BY organisation_id, source_set_id, document_id, id;
DROP TABLE knowledge_words_before;
CREATE INDEX words_place ON knowledge_words_0 (organisation_id, source_set_id, document_id);
ALTER TABLE knowledge_words_0 ADD PRIMARY KEY (id),
    ADD CONSTRAINT knowledge_passagewords_id_tenant_fk FOREIGN KEY (organisation_id, id)
        REFERENCES knowledge_passage (organisation_id, id) DEFERRABLE INITIALLY DEFERRED;
{walls("knowledge_words_0")}
ALTER TABLE knowledge_words_0 FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passage FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_shelf FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_passagewords ATTACH PARTITION knowledge_words_0 FOR VALUES IN (0);
ANALYZE knowledge_words_0;
"""  # noqa: S608 - constants of this module
# A shelf's table is made as before, and insists on words.
TRIGGER = BEFORE.replace(
    _MAKE,
    _MAKE
    + """IF parent = 'knowledge_passagewords' THEN
                EXECUTE format('ALTER TABLE public.%I ALTER words SET NOT NULL', name);
            END IF;
""",
)
