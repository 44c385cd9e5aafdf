"""SQL of the search: functions that give what was found with its text, so that its joins are planned once a connection, too."""

from assistants.knowledge.migrations._0009_ranking import COUNTED, PARAMETERS, PLACE, RANKING

_ROWS = """
RETURNS TABLE (public_id text, document text, name text, said text, page int, paragraph int, heading text, score float8, first int,
    last int, tokens int, document_id bigint, ordinal int, section int, by_meaning int, by_words int, distance float8)
"""
_FOUND = f"""{_ROWS} LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $search$
#variable_conflict use_column
"""
# A document is looked up by its key, however few the planner takes an organisation to have.
_TEXTS = """JOIN knowledge_passage p ON p.id = f.id
    CROSS JOIN LATERAL (SELECT d.public_id, d.name FROM knowledge_document d WHERE d.id = p.document_id LIMIT 1) d"""


def _columns(score: str, by_meaning: str, by_words: str) -> str:
    return (
        "p.public_id::text, d.public_id::text, d.name::text, p.text, p.page, p.paragraph, p.heading::text,"
        f' {score}, p.start, p."end", p.tokens, p.document_id, p.ordinal, p.section, {by_meaning}, {by_words}, f.distance'
    )


_ARGUMENTS = ", ".join(parameter.split()[0] for parameter in PARAMETERS.split(", "))
_SEARCH = f"""
CREATE FUNCTION knowledge_found({PARAMETERS}) {_FOUND}
BEGIN
    RETURN QUERY SELECT {_columns("f.score", "f.by_meaning", "f.by_words")}
    FROM knowledge_search({_ARGUMENTS}) f {_TEXTS} ORDER BY f.score DESC, f.id;
END $search$;
"""  # noqa: S608 - constants of this package
_SHARE = "coalesce((f.worst - f.distance) / nullif(f.worst - f.best, 0), 1)"
_OWN_SHELF = """EXISTS (SELECT FROM knowledge_sourceset s
        WHERE s.organisation_id = organisation AND s.id = ANY(source_sets) AND s.shelf <> 0)"""
_LONGER = """SELECT f.* FROM knowledge_found(organisation, source_sets, documents, documents, question, NULL::bigint[],
            NULL::float8[], '', '{0,0,0,0}'::real[], 0, candidates, constant, rank, 1, 0, wanted) f"""
_PARAMETERS = (
    "organisation bigint, source_sets bigint[], documents bigint[], question halfvec, candidates int, constant float8,"
    " rank float8, wanted int"
)
_GIVEN = ", ".join(parameter.split()[0] for parameter in _PARAMETERS.split(", "))
# By meaning alone nothing but vectors is read. Without settings of its own, this one becomes a part of the statement that
# calls it, and costs no call.
_SHARED = f"""
CREATE FUNCTION knowledge_nearest_shared({_PARAMETERS}) {_ROWS} LANGUAGE sql STABLE AS $search$
    SELECT {_columns(COUNTED.format(place="f.place", share=_SHARE), "f.place::int", "NULL::int")}
    FROM (
        SELECT n.id, n.distance, row_number() OVER () AS place, min(n.distance) OVER () AS best, max(n.distance) OVER () AS worst
        FROM (
            SELECT v.id, (v.embedding <=> question) + 0 AS distance FROM knowledge_shelf_0 v
            WHERE {PLACE.format("v", "documents")} AND v.embedding IS NOT NULL ORDER BY 2, v.id LIMIT candidates) n
        LIMIT wanted) f
    {_TEXTS}
$search$;
"""  # noqa: S608 - constants of this package
# Sets with a shelf of their own go the longer way. What has a row on the shared one has all of them there: a set that is
# searched by itself is looked up only where it has none.
_NEAREST = f"""
CREATE FUNCTION knowledge_nearest({_PARAMETERS}) {_FOUND}
BEGIN
    IF cardinality(source_sets) > 1 AND {_OWN_SHELF} THEN
        RETURN QUERY {_LONGER};
        RETURN;
    END IF;
    RETURN QUERY SELECT f.* FROM knowledge_nearest_shared({_GIVEN}) f;
    IF NOT FOUND AND {_OWN_SHELF} THEN RETURN QUERY {_LONGER}; END IF;
END $search$;
"""  # noqa: S608 - constants of this package
SEARCH = RANKING + _SEARCH + _SHARED + _NEAREST
