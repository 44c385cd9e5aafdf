"""SQL of the search of a large set's own shelf: the nearest by a graph, the strongest among what the rarest words give."""

CANDIDATES = 2_000  # passages that words give at most: each is read and weighed
EXACT_ROWS = 20_000  # a manifest with so few passages is compared one by one
FEW_DOCUMENTS = 200  # only so many are counted to know that

_ONE = "0.6079271::float8"
# Words by their rarity. Those that are not counted stand in fewer passages than any that is.
_RARITY = """
SELECT coalesce(array_agg(w.lexeme ORDER BY w.passages, w.lexeme), '{}'), coalesce(array_agg(w.passages ORDER BY w.passages, w.lexeme), '{}')
INTO lexemes, counts
FROM (SELECT l.lexeme, coalesce(t.passages, 0) AS passages
    FROM unnest(lexemes) l (lexeme) LEFT JOIN knowledge_shelfterm t ON t.shelf_id = number AND t.lexeme = l.lexeme) w
"""
# Behind a policy, no index on words is used: `@@` is not leakproof. So this runs as the owner, whom the wall of the shelves'
# tables does not bind; that of their rows does, and gives only a shelf of the organisation whose scope is open.
# The extension's settings stand in the body: in the head, a backup could not be brought back before the extension is in use.
SHELF_SEARCH = f"""
CREATE FUNCTION knowledge_search_shelf(
    number bigint, organisation bigint, documents bigint[], meant bigint[], question halfvec, lexemes text[],
    long float8, candidates int)
RETURNS TABLE (id bigint, distance float8, score float8) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = auto SET enable_bitmapscan = on SET enable_seqscan = off AS $search$
#variable_conflict use_column
DECLARE
    vectors text := 'knowledge_shelf_' || number; said text := 'knowledge_words_' || number; shelf record; few boolean := false;
    counts int[]; rarity float8[]; queries tsquery[]; any_of text := ''; budget int := {CANDIDATES};
    near bigint[] := '{{}}'; strong bigint[] := '{{}}'; inside text := 'v.document_id IN (SELECT unnest($1)) IS TRUE';
BEGIN
    SELECT s.dimensions, s.passages, s.words INTO shelf FROM knowledge_shelf s
    WHERE s.organisation_id = organisation AND s.id = number;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM set_config('hnsw.ef_search', '400', true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('hnsw.max_scan_tuples', '20000', true);
    IF cardinality(documents) <= {FEW_DOCUMENTS} THEN
        SELECT coalesce(sum(d.passages), 0) <= {EXACT_ROWS} INTO few FROM knowledge_document d
        WHERE d.organisation_id = organisation AND d.id = ANY(documents);
    END IF;
    IF few THEN inside := 'v.document_id = ANY($1)'; END IF;
    IF question IS NOT NULL AND NOT few AND vector_dims(question) = shelf.dimensions THEN
        EXECUTE format('SELECT coalesce(array_agg(id), ''{{}}'') FROM (SELECT v.id FROM %I v WHERE (%s) AND vector_dims(v.embedding) = %s'
            ' ORDER BY v.embedding::halfvec(%3$s) <=> $2 LIMIT $3) n', vectors, inside, shelf.dimensions)
        INTO near USING coalesce(meant, documents), question, candidates;
    END IF;
    IF question IS NOT NULL AND cardinality(near) < candidates THEN
        -- The graph gave too little, or would: every vector is compared.
        EXECUTE format('SELECT coalesce(array_agg(id), ''{{}}'') FROM (SELECT v.id FROM %I v WHERE (%s) AND v.embedding IS NOT NULL'
            ' ORDER BY (v.embedding <=> $2) + 0, v.id LIMIT $3) n', vectors, inside)
        INTO near USING coalesce(meant, documents), question, candidates;
    END IF;
    IF cardinality(lexemes) > 0 THEN
        {_RARITY};
        queries := ARRAY(SELECT quote_literal(l)::tsquery FROM unnest(lexemes) l);
        rarity := ARRAY(SELECT ln(1 + (greatest(shelf.passages, n) - n + 0.5) / (n + 0.5)) / {_ONE}
            FROM (SELECT greatest(c, 1)::float8 AS n FROM unnest(counts) c) c);
        FOR i IN 1..cardinality(lexemes) LOOP
            EXIT WHEN i > 1 AND counts[i] > budget;
            any_of := any_of || CASE WHEN i > 1 THEN ' | ' ELSE '' END || quote_literal(lexemes[i]);
            budget := budget - counts[i];
        END LOOP;
        IF counts[1] > {CANDIDATES} AND cardinality(lexemes) > 1 THEN
            -- All are common: what holds the two rarest is looked at.
            any_of := quote_literal(lexemes[1]) || ' & ' || quote_literal(lexemes[2]);
        END IF;
        EXECUTE format('SELECT coalesce(array_agg(id), ''{{}}'') FROM (SELECT v.id FROM %I v WHERE (%s) AND v.words @@ $2 LIMIT $3) n', said, inside)
        INTO strong USING documents, any_of::tsquery, {CANDIDATES};
    END IF;
    RETURN QUERY EXECUTE format('SELECT v.id, CASE WHEN $4 IS NULL OR v.document_id = ANY($4) THEN v.embedding <=> $5 END,'
        ' (SELECT sum(t.weight * ts_rank(w.words, t.query)) FROM unnest($6, $7) t (query, weight))'
        ' / (1 - $9 + $9 * length(w.words) / $8)'
        ' FROM %I v JOIN %I w ON w.id = v.id WHERE v.id = ANY($2 || $3)', vectors, said)
    USING documents, near, strong, meant, question, queries, rarity, greatest(shelf.words, 1), long;
END $search$
"""  # noqa: S608 - constants of this module
