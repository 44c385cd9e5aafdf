"""SQL that makes numbers of words, as `assistants.knowledge.terms` does.

Only the shared shelf has them: it is read row by row. A shelf of its own is searched by an index on its `tsvector`s.
"""

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
