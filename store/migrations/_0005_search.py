"""SQL of the search: a bounded number of candidates, the most used of those that say most of the words."""

ENOUGH = 24  # candidates after which weaker matches are not looked for
MOST = 400  # candidates of one search; all are weighed, and no more are ever read

# `ladder` holds queries from the strictest to the loosest. On each rung the most used are taken first, by the marks among the
# words, so that a word which half the store says costs no more than one that ten listings say.
# Generic plans are right for every query here: the only way is the index on words.
CANDIDATES = f"""
CREATE FUNCTION store_candidates(ladder tsquery[], facets tsquery, within bigint[])
RETURNS TABLE (id bigint, rung int) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_indexscan = on SET plan_cache_mode = force_generic_plan AS $search$
DECLARE
    taken bigint[] := '{{}}'; rungs int[] := '{{}}'; more bigint[]; asked tsquery;
BEGIN
    FOR step IN 1..cardinality(ladder) LOOP
        CONTINUE WHEN numnode(ladder[step]) = 0;
        IF within IS NOT NULL THEN
            asked := CASE WHEN numnode(facets) = 0 THEN ladder[step] ELSE ladder[step] && facets END;
            SELECT array_agg(w.listing_id) INTO more FROM (
                SELECT w.listing_id FROM store_entrywords w
                WHERE w.listing_id = ANY(within) AND NOT w.listing_id = ANY(taken) AND w.words @@ asked LIMIT {MOST}) w;
            taken := taken || coalesce(more, '{{}}');
            rungs := rungs || array_fill(step, ARRAY[coalesce(cardinality(more), 0)]);
        ELSE
            FOR use IN REVERSE 11..-1 LOOP
                asked := CASE WHEN numnode(facets) = 0 THEN ladder[step] ELSE ladder[step] && facets END;
                IF use >= 0 THEN
                    asked := asked && (quote_literal(':u' || use))::tsquery;
                END IF;
                SELECT array_agg(w.listing_id) INTO more FROM (
                    SELECT w.listing_id FROM store_entrywords w WHERE w.words @@ asked LIMIT {MOST}) w;
                more := ARRAY(SELECT unnest(more) EXCEPT SELECT unnest(taken));
                taken := taken || more;
                rungs := rungs || array_fill(step, ARRAY[cardinality(more)]);
                EXIT WHEN cardinality(taken) >= {MOST};
            END LOOP;
        END IF;
        EXIT WHEN cardinality(taken) >= {ENOUGH};
    END LOOP;
    RETURN QUERY SELECT t.id, t.rung FROM unnest(taken, rungs) t (id, rung) LIMIT {MOST};
END $search$
"""  # noqa: S608 - the numbers above

# Words that begin like what was typed; where there is none, those that are spelt most alike.
LIKELY = """
CREATE FUNCTION store_likely_words(asked text[]) RETURNS TABLE (typed text, word text, begins boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $likely$
DECLARE
    one text; few text[];
BEGIN
    PERFORM set_config('pg_trgm.similarity_threshold', '0.25', true);
    FOREACH one IN ARRAY asked LOOP
        few := ARRAY(SELECT w.word FROM (SELECT w.word FROM store_storeword w
            WHERE w.word >= one AND w.word < one || chr(1114109) ORDER BY w.word LIMIT 200) w
            ORDER BY length(w.word), w.word LIMIT 8);
        IF cardinality(few) > 0 THEN
            RETURN QUERY SELECT one, f, true FROM unnest(few) f;
        ELSE
            RETURN QUERY SELECT one, w.word::text, false FROM store_storeword w WHERE w.word % one
            ORDER BY similarity(w.word, one) DESC, w.word LIMIT 12;
        END IF;
    END LOOP;
END $likely$
"""
