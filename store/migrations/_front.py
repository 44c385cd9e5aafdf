"""SQL of the store's front page: all its shelves in one statement whose plan is kept."""

FEATURED, TRENDING, POPULAR, NEW, SPOKEN, SHOWN = 3, 6, 6, 13, 6, 6
_ENTRIES = "FROM store_entry e"

# One row a card with the shelf that it stands on, and one a category with how many listings it holds.
FRONT = f"""
CREATE FUNCTION store_front(spoken text)
RETURNS TABLE (shelf text, place bigint, total bigint, category text, entry store_entry) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $front$
BEGIN
    RETURN QUERY
    SELECT 'tally', 0::bigint, sum(t.listings), t.category::text, NULL::store_entry
        FROM store_tally t GROUP BY t.category HAVING sum(t.listings) > 0
    UNION ALL SELECT 'featured', row_number() OVER (), NULL, NULL, f.e FROM (
        SELECT e {_ENTRIES} WHERE e.featured ORDER BY e.live_at DESC, e.listing_id DESC LIMIT {FEATURED}) f
    UNION ALL SELECT 'trending', row_number() OVER (), NULL, NULL, f.e FROM (
        SELECT e {_ENTRIES} WHERE e.trend > 0 ORDER BY e.trend DESC, e.listing_id DESC LIMIT {TRENDING}) f
    UNION ALL SELECT 'popular', row_number() OVER (), NULL, NULL, f.e FROM (
        SELECT e {_ENTRIES} WHERE e.conversations > 0 ORDER BY e.conversations DESC, e.listing_id DESC LIMIT {POPULAR}) f
    UNION ALL SELECT 'new', row_number() OVER (), NULL, NULL, f.e FROM (
        SELECT e {_ENTRIES} ORDER BY e.live_at DESC, e.listing_id DESC LIMIT {NEW}) f
    UNION ALL SELECT 'spoken', row_number() OVER (), NULL, NULL, f.e FROM (
        SELECT e {_ENTRIES} WHERE e.tongue = spoken AND e.conversations >= 0
        ORDER BY e.conversations DESC, e.listing_id DESC LIMIT {SPOKEN}) f
    UNION ALL SELECT s.public_id::text, named.place, NULL, NULL, e FROM store_showcase s
        CROSS JOIN LATERAL jsonb_array_elements_text(s.listings) WITH ORDINALITY named (id, place)
        JOIN store_entry e ON e.public_id = named.id
        WHERE s.is_shown AND named.place <= {SHOWN};
END $front$
"""  # noqa: S608 - the numbers above
