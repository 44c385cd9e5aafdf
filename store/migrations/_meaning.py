"""SQL of searching the store by meaning."""

# Entries whose words are new fall due; what is no entry any more loses its vector in the same moment.
FOLLOW = """
CREATE FUNCTION store_meaning_due() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    INSERT INTO store_meaningdue (listing_id, due_at) VALUES (NEW.listing_id, clock_timestamp())
    ON CONFLICT (listing_id) DO UPDATE SET due_at = EXCLUDED.due_at;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_meaning AFTER INSERT OR UPDATE OF words ON store_entrywords
FOR EACH ROW EXECUTE FUNCTION store_meaning_due();

CREATE FUNCTION store_meaning_gone() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $f$
BEGIN
    DELETE FROM store_meaningdue WHERE listing_id = OLD.listing_id;
    DELETE FROM store_entrymeaning WHERE listing_id = OLD.listing_id;
    RETURN NULL;
END $f$;
CREATE TRIGGER store_meaning_gone AFTER DELETE ON store_entry FOR EACH ROW EXECUTE FUNCTION store_meaning_gone();
"""
DROP_FOLLOW = """
DROP TRIGGER store_meaning ON store_entrywords; DROP TRIGGER store_meaning_gone ON store_entry;
DROP FUNCTION store_meaning_due; DROP FUNCTION store_meaning_gone;
"""

# Every model has an index of its own, made before there are vectors of it. Nothing is filtered by tenant here, so that one
# graph serves everybody. Half-precision vectors can be indexed up to 4,000 dimensions; longer ones are compared one by one.
INDEX = """
CREATE FUNCTION store_index_meaning() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $f$
DECLARE
    name text := 'store_meaning_' || left(md5(NEW.embedder || '/' || NEW.dimensions), 16);
BEGIN
    IF NEW.dimensions BETWEEN 1 AND 4000 THEN
        EXECUTE format('CREATE INDEX IF NOT EXISTS %1$I ON public.store_entrymeaning'
            ' USING hnsw ((embedding::halfvec(%2$s)) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)'
            ' WHERE embedder = %3$L', name, NEW.dimensions, NEW.embedder);
    END IF;
    RETURN NULL;
END $f$;
REVOKE ALL ON FUNCTION store_index_meaning() FROM PUBLIC;
CREATE TRIGGER store_index_meaning AFTER INSERT OR UPDATE OF dimensions ON store_meaningmodel
FOR EACH ROW EXECUTE FUNCTION store_index_meaning();
"""
DROP_INDEX = "DROP TRIGGER store_index_meaning ON store_meaningmodel; DROP FUNCTION store_index_meaning"

NEAREST, NARROWED = 40, 80  # entries that are compared; where filters leave some of them out, more

# The nearest entries, none farther than `farthest`. Few are compared one by one; of the whole store the index knows the nearest.
MEANT = f"""
CREATE FUNCTION store_meant(model text, question halfvec, farthest float8, facets tsquery, within bigint[])
RETURNS TABLE (id bigint, distance float8) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $meant$
DECLARE
    amount int := CASE WHEN numnode(facets) = 0 THEN {NEAREST} ELSE {NARROWED} END;
    order_by text := 'm.embedding OPERATOR(public.<=>) $1';
BEGIN
    IF question IS NULL THEN
        RETURN;
    END IF;
    IF within IS NOT NULL THEN
        order_by := '(' || order_by || ') + 0';
    ELSIF vector_dims(question) <= 4000 THEN
        PERFORM set_config('hnsw.ef_search', amount::text, true);
        order_by := format('m.embedding::public.halfvec(%1$s) OPERATOR(public.<=>) $1::public.halfvec(%1$s)', vector_dims(question));
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT n.listing_id, n.distance FROM (SELECT m.listing_id, %1$s AS distance FROM public.store_entrymeaning m'
        ' WHERE m.embedder = %2$L %3$s ORDER BY %1$s LIMIT %4$s) n %5$s WHERE n.distance <= $2 %6$s', order_by, model,
        CASE WHEN within IS NOT NULL THEN 'AND m.listing_id = ANY($4)' END, amount,
        CASE WHEN numnode(facets) > 0 THEN 'JOIN public.store_entrywords w ON w.listing_id = n.listing_id' END,
        CASE WHEN numnode(facets) > 0 THEN 'AND w.words @@ $3' END)
    USING question, farthest, facets, within;
END $meant$
"""  # noqa: S608 - the numbers above
