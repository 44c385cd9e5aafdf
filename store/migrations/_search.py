"""SQL of the search: a bounded number of candidates, the most used of those that say most of the words."""

ENOUGH = 24  # candidates after which weaker matches are not looked for
MOST = 160  # candidates of one search; all are weighed, and no more are ever read
FEW, MANY = (
    4 * MOST,
    25 * MOST,
)  # matches that are put in order by their use at once; that are, where no mark makes them fewer

# What statistics make of a query, which costs no look at the index. It plans, so that it cannot be called stable.
EXPECTED = """
CREATE FUNCTION store_expected(asked tsquery) RETURNS float8 LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $expected$
DECLARE
    plan json;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT 1 FROM public.store_entrywords w WHERE w.words @@ %L::tsquery', asked)
    INTO plan;
    RETURN (plan #>> '{0,Plan,Plan Rows}')::float8;
END $expected$
"""

# The share of all entries that have each mark of use, `:u0` first. Statistics know the commonest words alone, and give all others
# one and the same number: from there on the marks go on as they went.
SHARES = """
CREATE FUNCTION store_use_shares() RETURNS float8[] LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $shares$
DECLARE
    shares float8[] := '{}'; known float8; falls float8;
BEGIN
    SELECT greatest(1, reltuples) INTO known FROM pg_class WHERE oid = 'public.store_entrywords'::regclass;
    FOR use IN 0..11 LOOP
        shares := shares || least(1, store_expected(quote_literal(':u' || use)::tsquery) / known);
    END LOOP;
    FOR n IN 2..11 LOOP
        IF shares[n] < 1.01 * shares[n + 1] THEN
            falls := CASE WHEN n > 2 THEN least(0.9, shares[n - 1] / shares[n - 2]) ELSE 0.4 END;
            FOR later IN n..12 LOOP
                shares[later] := shares[later - 1] * falls;
            END LOOP;
            EXIT;
        END IF;
    END LOOP;
    RETURN shares;
END $shares$
"""

# `ladder` holds queries from the strictest to the loosest. On each rung the most used are taken. Where few match, they are put in
# order. Where many do, the marks of use among the words make them few: `shares`, of `store_use_shares`, say with which mark, so that
# a word which half the store says costs little more than one that ten listings say. Where those are too few after all, a mark of
# less use is taken; it says at most about four times as many.
# Generic plans are right for every query here: the only way is the index on words.
CANDIDATES = f"""
CREATE FUNCTION store_candidates(ladder tsquery[], facets tsquery, within bigint[], shares float8[])
RETURNS TABLE (id bigint, rung int) LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_indexscan = on SET plan_cache_mode = force_generic_plan AS $search$
DECLARE
    taken bigint[] := '{{}}'; rungs int[] := '{{}}'; more bigint[]; asked tsquery; use int; whole float8; wanted numeric;
BEGIN
    FOR step IN 1..cardinality(ladder) LOOP
        CONTINUE WHEN numnode(ladder[step]) = 0;
        asked := CASE WHEN numnode(facets) = 0 THEN ladder[step] ELSE ladder[step] && facets END;
        IF within IS NOT NULL THEN
            SELECT array_agg(w.listing_id) INTO more FROM (
                SELECT w.listing_id FROM store_entrywords w
                WHERE w.listing_id = ANY(within) AND NOT w.listing_id = ANY(taken) AND w.words @@ asked LIMIT {MOST}) w;
            taken := taken || coalesce(more, '{{}}');
            rungs := rungs || array_fill(step, ARRAY[coalesce(cardinality(more), 0)]);
        ELSE
            use := -1; whole := store_expected(asked);
            IF whole > {FEW} THEN
                FOR mark IN 0..11 LOOP
                    use := CASE WHEN whole * shares[mark + 1] >= 1.3 * {MOST} THEN mark ELSE use END;
                END LOOP;
            END IF;
            LOOP
                IF use < 0 AND whole > {MANY} THEN
                    SELECT array_agg(w.listing_id) INTO more FROM (
                        SELECT w.listing_id FROM store_entrywords w WHERE w.words @@ asked LIMIT {MOST}) w;
                ELSIF use < 0 THEN
                    SELECT array_agg(f.listing_id) INTO more FROM (
                        SELECT e.listing_id FROM store_entrywords w
                        CROSS JOIN LATERAL (SELECT * FROM store_entry e WHERE e.listing_id = w.listing_id LIMIT 1) e
                        WHERE w.words @@ asked ORDER BY e.conversations::bigint + e.installs DESC, e.listing_id DESC LIMIT {MOST}) f;
                ELSE
                    SELECT array_agg(w.listing_id) INTO more FROM (
                        SELECT w.listing_id FROM store_entrywords w
                        WHERE w.words @@ (asked && quote_literal(':u' || use)::tsquery) LIMIT {MOST}) w;
                END IF;
                EXIT WHEN use < 0 OR cardinality(more) >= {MOST};
                wanted := {MOST} / (1.0 + coalesce(cardinality(more), 0));
                use := greatest(-1, use - greatest(1, floor(log(4, wanted))::int));
            END LOOP;
            more := ARRAY(SELECT unnest(more) EXCEPT SELECT unnest(taken));
            taken := taken || more;
            rungs := rungs || array_fill(step, ARRAY[cardinality(more)]);
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
