"""SQL of the search: functions that give what was found with its text, so that its joins are planned once a connection, too.

What a document is called is left to the process that asks: documents are immutable, and to look one up for each passage took
a fifth of a small search. So does what a passage counts when only meaning is asked: it follows from its place, its distance and
that of the last candidate.
"""

from assistants.knowledge.migrations._ranking import PARAMETERS, PLACE, RANKING

_ROWS = """
RETURNS TABLE (public_id text, said text, page int, paragraph int, heading text, score float8, first int, last int, tokens int,
    document_id bigint, ordinal int, section int, by_meaning int, by_words int, distance float8)
"""
_FOUND = f"""{_ROWS} LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $search$
#variable_conflict use_column
"""
_ARGUMENTS = ", ".join(parameter.split()[0] for parameter in PARAMETERS.split(", "))
_SEARCH = f"""
CREATE FUNCTION knowledge_found({PARAMETERS}) {_FOUND}
BEGIN
    RETURN QUERY SELECT p.public_id::text, p.text, p.page, p.paragraph, p.heading::text, f.score, p.start, p."end", p.tokens,
        p.document_id, p.ordinal, p.section, f.by_meaning, f.by_words, f.distance
    FROM knowledge_search({_ARGUMENTS}) f JOIN knowledge_passage p ON p.id = f.id ORDER BY f.score DESC, f.id;
END $search$;
"""  # noqa: S608 - constants of this package
_NEAREST = "organisation bigint, source_sets bigint[], documents bigint[], question halfvec, candidates int, wanted int"
_GIVEN = ", ".join(parameter.split()[0] for parameter in _NEAREST.split(", "))
_NEAR = """
RETURNS TABLE (public_id varchar, said text, page int, paragraph int, heading varchar, first int, last int, tokens int,
    document_id bigint, ordinal int, section int, distance float8, worst float8)
"""
# By meaning alone, on the shared shelf, nothing but vectors is read. Without settings of its own, this one becomes a part of
# the statement that calls it, and costs no call.
_SHARED = f"""
CREATE FUNCTION knowledge_nearest_shared({_NEAREST}) {_NEAR} LANGUAGE sql STABLE AS $search$
    SELECT p.public_id, p.text, p.page, p.paragraph, p.heading, p.start, p."end", p.tokens, p.document_id, p.ordinal, p.section,
        f.distance, f.worst
    FROM (
        SELECT n.id, n.distance, max(n.distance) OVER () AS worst
        FROM (
            SELECT v.id, (v.embedding <=> question) + 0 AS distance FROM knowledge_shelf_0 v
            WHERE {PLACE.format("v", "documents")} AND v.embedding IS NOT NULL ORDER BY 2, v.id LIMIT candidates) n
        LIMIT wanted) f
    JOIN knowledge_passage p ON p.id = f.id
$search$;
"""  # noqa: S608 - constants of this package
# The same with a plan that is kept, for statements that are not prepared; nothing where a set has a shelf of its own.
_KEPT = f"""
CREATE FUNCTION knowledge_nearest({_NEAREST}) {_NEAR} LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $search$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM knowledge_sourceset s
        WHERE s.organisation_id = organisation AND s.id = ANY(source_sets) AND s.shelf <> 0)
    THEN
        RETURN QUERY SELECT f.* FROM knowledge_nearest_shared({_GIVEN}) f;
    END IF;
END $search$;
"""  # noqa: S608 - constants of this package
SEARCH = RANKING + _SEARCH + _SHARED + _KEPT
