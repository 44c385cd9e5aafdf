"""The tables of words as they were before those of the shared shelf were numbers: for tests of what migrations do with rows."""

# A superuser's, in a transaction that is taken back. Rows of the shared shelf get their words from the passages' texts.
WORDS_OF_OLD = """
ALTER TABLE knowledge_words_0 DROP CONSTRAINT knowledge_words_0_words_check;
UPDATE knowledge_words_0 w SET words = setweight(to_tsvector('english', p.text), 'A') || setweight(to_tsvector('english', 'made'), 'D')
FROM knowledge_passage p WHERE p.id = w.id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE knowledge_passagewords DROP COLUMN size, DROP COLUMN terms, ALTER words SET NOT NULL;
DO $do$ DECLARE number bigint; BEGIN
    FOR number IN SELECT id FROM knowledge_shelf WHERE state <> 'serving' LOOP
        EXECUTE format('ALTER TABLE knowledge_words_%s DROP COLUMN size, DROP COLUMN terms', number);
    END LOOP;
END $do$;
DROP FUNCTION knowledge_terms;
"""
