"""SQL that ranks, as before, for a tenth less of what a row's words cost: what a word counts by its class is PostgreSQL's own.

It is what was given all along (`ts_rank`: 0.1, 0.2, 0.4 and 1.0 for the classes D, C, B and A; titles and headings are D, text
is A), and an array that is given is looked through for every word of every row.
"""

from assistants.knowledge.migrations._0009_ranking import COUNTED, PLACE

_ONE = "0.6079271::float8"  # what `ts_rank` gives for one occurrence of a word of class A
PARAMETERS = (
    "organisation bigint, source_sets bigint[], documents bigint[], meant bigint[], question halfvec, outside bigint[],"
    " apart float8[], terms text, long float8, candidates int, constant float8, rank float8, meaning float8,"
    " words float8, wanted int"
)


def _every(pattern: str, count: int, *, between: str = ", ") -> str:
    return between.join(pattern.replace("#", str(i)) for i in range(1, count + 1))


def exact(count: int) -> str:
    """Candidates by reading every row: one pass over the words for each word's strength, then their rarity, and one over the
    vectors.

    Gives `id, distance, score`: all that are among the nearest or the strongest `candidates`. The score is BM25's, with
    `ts_rank`'s saturation in the place of its own.
    """
    return f"""
WITH said AS MATERIALIZED (
    SELECT w.id, length(w.words) AS size, {_every("ts_rank(w.words, q#) AS s#", count)}
    FROM knowledge_words_0 w WHERE {PLACE.format("w", "documents")}
), extent AS MATERIALIZED (
    SELECT count(*)::float8 AS rows, greatest(sum(size)::float8 / greatest(count(*), 1), 1) AS size,
        {_every("count(*) FILTER (WHERE s# > 0) AS n#", count)}
    FROM said
), rarity AS MATERIALIZED (
    SELECT long / size AS stretch, {_every(f"ln(1 + (rows - n# + 0.5) / (n# + 0.5)) / {_ONE} AS w#", count)}
    FROM extent
), scored AS (
    SELECT s.id, ({_every("s# * w#", count, between=" + ")}) / (1 - long + s.size * r.stretch) AS score FROM said s, rarity r
), near AS MATERIALIZED (
    SELECT v.id, (v.embedding <=> question) + 0 AS distance FROM knowledge_shelf_0 v
    WHERE {PLACE.format("v", "meant")} AND v.embedding IS NOT NULL AND question IS NOT NULL ORDER BY 2, v.id LIMIT candidates
), strong AS MATERIALIZED (
    SELECT id, score FROM (SELECT id, score FROM scored ORDER BY score DESC, id LIMIT candidates) best WHERE score > 0
), found AS (
    SELECT id, s.score, CASE WHEN question IS NULL OR n.distance IS NOT NULL THEN n.distance ELSE (
        SELECT v.embedding <=> question FROM knowledge_shelf_0 v WHERE v.id = s.id AND v.document_id = ANY(meant)
    ) END AS distance
    FROM near n FULL JOIN strong s USING (id)
)"""  # noqa: S608 - constants of this module


# How many words a question may have; each costs time for every row, whether it is used or not.
_VARIANTS = (2, 4, 6, 8, 12, 16, 24, 32)


def _candidates() -> str:
    """The branch for a question of so many words."""
    branches = [
        f"IF cardinality(lexemes) <= {count} THEN\n{exact(count)}"  # noqa: S608 - constants of this module
        " SELECT array_agg(id), array_agg(distance), array_agg(score) INTO ids, distances, scores FROM found;"
        for count in _VARIANTS
    ]
    return "\nELS".join(branches) + "\nEND IF;"


# The distance from the best counts by its share of the way from the last candidate to the first.
_SHARE = "coalesce((max(distance) OVER () - distance) / nullif(max(distance) OVER () - min(distance) OVER (), 0), 1)"
_FUSED = f"""
WITH found AS MATERIALIZED (
    SELECT * FROM unnest(ids, distances, scores) AS found (id, distance, score)
), by_words AS (
    SELECT id, distance, row_number() OVER (ORDER BY score DESC, id) AS place, score / max(score) OVER () AS share FROM (
        SELECT * FROM found WHERE score > 0 ORDER BY score DESC, id LIMIT candidates) best
), by_meaning AS (
    SELECT id, distance, row_number() OVER (ORDER BY distance, id) AS place, {_SHARE} AS share FROM (
        SELECT f.id, f.distance FROM found f WHERE outside IS NULL AND f.distance IS NOT NULL
        UNION ALL
        SELECT o.id, o.distance FROM unnest(outside, apart) o (id, distance) JOIN knowledge_passage p ON p.id = o.id
        WHERE p.organisation_id = organisation AND p.document_id = ANY(documents)
        ORDER BY 2, 1 LIMIT candidates) best
), ranked AS (
    -- What has no vector yet is taken to mean as much as its words say.
    SELECT id, coalesce(m.distance, w.distance) AS distance, m.place AS meaning_at, w.place AS words_at,
        coalesce({COUNTED.format(place="m.place", share="m.share")},
            CASE WHEN w.distance IS NULL AND outside IS NULL THEN {COUNTED.format(place="w.place", share="w.share")} END) AS meant,
        {COUNTED.format(place="w.place", share="w.share")} AS said
    FROM by_meaning m FULL JOIN by_words w USING (id)
), weighed AS (
    SELECT r.*, (coalesce(meaning * r.meant, 0) + coalesce(words * r.said, 0)) / (meaning + words) AS score FROM ranked r
)
SELECT w.id, w.score, w.meaning_at::int, w.words_at::int, w.distance
FROM weighed w WHERE w.score > 0 ORDER BY w.score DESC, w.id LIMIT wanted
"""  # noqa: S608 - constants of this module
_NO_WORD = (
    "$$' '$$"  # which no text holds; of an empty query the database would tell every time that it is empty
)
_QUERIES = [f"q{i}" for i in range(1, _VARIANTS[-1] + 1)]
RANKING = f"""
CREATE FUNCTION knowledge_search({PARAMETERS})
RETURNS TABLE (id bigint, score float8, by_meaning int, by_words int, distance float8) LANGUAGE plpgsql STABLE ROWS 40
SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $search$
#variable_conflict use_column
DECLARE
    own bigint[]; number bigint; lexemes text[] := '{{}}'; vector halfvec := CASE WHEN outside IS NULL THEN question END;
    ids bigint[]; distances float8[]; scores float8[]; more record;
    {" ".join(f"{name} tsquery := {_NO_WORD};" for name in _QUERIES)}
BEGIN
    -- Everything here is read as it was when the question was asked: a set that moves meanwhile is where it was.
    SELECT array_agg(s.id) FILTER (WHERE s.shelf = 0), array_agg(s.shelf) FILTER (WHERE s.shelf <> 0) INTO source_sets, own
    FROM knowledge_sourceset s WHERE s.organisation_id = organisation AND s.id = ANY(source_sets);
    IF terms <> '' THEN
        lexemes := ARRAY(SELECT lexeme FROM unnest(to_tsvector('english', terms)) ORDER BY length(lexeme) DESC, lexeme LIMIT {_VARIANTS[-1]});
    END IF;
    question := vector;
    IF source_sets IS NOT NULL THEN
        {" ".join(f"{name} := coalesce(quote_literal(lexemes[{i}]), {_NO_WORD});" for i, name in enumerate(_QUERIES[:8], 1))}
        IF cardinality(lexemes) > 8 THEN
            {" ".join(f"{name} := coalesce(quote_literal(lexemes[{i}]), {_NO_WORD});" for i, name in enumerate(_QUERIES[8:], 9))}
        END IF;
        {_candidates()}
    END IF;
    FOREACH number IN ARRAY coalesce(own, '{{}}') LOOP
        SELECT array_agg(s.id) AS ids, array_agg(s.distance) AS distances, array_agg(s.score) AS scores INTO more
        FROM knowledge_search_shelf(number, organisation, documents, meant, question, lexemes, long, candidates) s;
        ids := ids || more.ids; distances := distances || more.distances; scores := scores || more.scores;
    END LOOP;
    RETURN QUERY {_FUSED};
END $search$;
"""  # noqa: S608 - constants of this module
