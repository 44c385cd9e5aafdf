"""SQL that ranks, with the words of the shared shelf as numbers: one product of two vectors tells all that a row says of six words.

A passage's `terms` hold at each word's place how strongly it is said, as one of fifteen levels; a question's hold powers of 16.
Their inner product has the levels of the question's words as its digits, exactly: six of them have 24 bits, as many as a number of
single precision. Most passages say the same of a question as many others do, so that rarity and weight are found once for each
such answer, and only rows that may be among the strongest are weighed one by one.
"""

from itertools import pairwise

from assistants.knowledge.migrations._terms import PLACES, place_of

# What the searching role sees of a set, and of it some documents.
PLACE = "{0}.organisation_id = organisation AND {0}.source_set_id = ANY(source_sets) AND {0}.document_id = ANY({1})"
PARAMETERS = (
    "organisation bigint, source_sets bigint[], documents bigint[], meant bigint[], question halfvec, outside bigint[],"
    " apart float8[], terms text, long float8, candidates int, constant float8, rank float8, meaning float8,"
    " words float8, wanted int"
)
# A place in a ranking counts by reciprocal rank (Cormack, Clarke and Büttcher 2009), the distance from the best by its
# share of the way from the last candidate to the first (relative score fusion); `rank` says how much goes by which.
COUNTED = "(rank * (constant + 1) / (constant + {place}) + (1 - rank) * {share})"

# What `ts_rank` gives for a word, held against one occurrence in the text, by its level: none; in titles and headings only, once,
# twice and more often; in the text once, twice and three times, each without and with a heading; then four, five, six, seven,
# eight to ten times, and more often.
_STRENGTHS = "'{0,0.1,0.125,0.14,1,1.03,1.25,1.267,1.361,1.37,1.424,1.464,1.491,1.512,1.54,1.58}'::float8[]"
_DIGITS = 6  # of a product
_IN_CODE = 2 * _DIGITS  # of a number with two products in it: 48 bits, where double precision has 53
_MOST = 32  # words of a question that are looked at
_ID_BITS = 44


def _every(pattern: str, count: int, *, between: str = ", ") -> str:
    return between.join(pattern.replace("#", str(i)) for i in range(1, count + 1))


def _digits(count: int) -> str:
    """Of each word its level, as a column."""
    return ", ".join(
        f"((-c{i // _IN_CODE + 1})::bigint >> {4 * (i % _IN_CODE)} & 15)::int AS d{i + 1}"
        for i in range(count)
    )


def _codes(products: int) -> list[str]:
    """What a row says of all words, two products in a number; negative, as the operator gives it."""
    return [
        f"(w.terms <#> q{i})" + (f" + (w.terms <#> q{i + 1}) * {1 << 4 * _DIGITS}" if i < products else "")
        for i in range(1, products + 1, 2)
    ]


def exact(products: int) -> str:
    """Candidates by reading every row: one pass over the words, and one over the vectors.

    Gives `id, distance, score`: all that are among the nearest or the strongest `candidates`. The score is BM25's, with
    `ts_rank`'s saturation in the place of its own.
    """
    codes = _codes(products)
    names = [f"c{i}" for i in range(1, len(codes) + 1)]
    columns = ", ".join(f"{code} AS {name}" for code, name in zip(codes, names, strict=True))
    words = min(products * _DIGITS, _MOST)
    return f"""
WITH said AS MATERIALIZED (
    SELECT {_digits(words)}, count(*)::float8 AS n, sum(size)::float8 AS size, min(size) AS shortest, max(size) AS longest,
        array_agg(key) FILTER (WHERE {" + ".join(names)} < 0) AS keys
    FROM (
        SELECT w.size, w.size::bigint << {_ID_BITS} | w.id AS key, {columns}
        FROM knowledge_words_0 w WHERE {PLACE.format("w", "documents")} AND cardinality(lexemes) > 0 OFFSET 0
    ) rows GROUP BY {", ".join(names)}
), rarity AS MATERIALIZED (
    SELECT long / size AS stretch, {_every("ln(1 + (rows - n# + 0.5) / (n# + 0.5)) AS w#", words)}
    FROM (
        SELECT sum(n) AS rows, greatest(sum(size) / greatest(sum(n), 1), 1) AS size,
            {_every("coalesce(sum(n) FILTER (WHERE d# > 0), 0) AS n#", words)}
        FROM said OFFSET 0) extent
), weighed AS MATERIALIZED (
    SELECT keys, n, weight, weight / (1 - long + shortest * stretch) AS most, weight / (1 - long + longest * stretch) AS least
    FROM (
        SELECT s.keys, s.n, s.shortest, s.longest, r.stretch, {_every(f"w# * ({_STRENGTHS})[1 + d#]", words, between=" + ")} AS weight
        FROM said s, rarity r WHERE s.keys IS NOT NULL OFFSET 0) w
), near AS MATERIALIZED (
    SELECT v.id, (v.embedding <=> question) + 0 AS distance FROM knowledge_shelf_0 v
    WHERE {PLACE.format("v", "meant")} AND v.embedding IS NOT NULL AND question IS NOT NULL ORDER BY 2, v.id LIMIT candidates
), strong AS MATERIALIZED (
    SELECT key & {(1 << _ID_BITS) - 1} AS id, weight / (1 - long + (key >> {_ID_BITS}) * (SELECT stretch FROM rarity)) AS score
    FROM weighed w CROSS JOIN unnest(w.keys) key WHERE w.most >= coalesce((
        SELECT max(least) FROM (SELECT least, sum(n) OVER (ORDER BY least DESC) AS n FROM weighed) w WHERE n >= candidates), 0)
    ORDER BY score DESC, id LIMIT candidates
), found AS (
    SELECT id, s.score, CASE WHEN question IS NULL OR n.distance IS NOT NULL THEN n.distance ELSE (
        SELECT v.embedding <=> question FROM knowledge_shelf_0 v WHERE v.id = s.id AND v.document_id = ANY(meant)
    ) END AS distance
    FROM near n FULL JOIN strong s USING (id)
)"""  # noqa: S608 - constants of this module


_VARIANTS = (1, 2, 4, 6)  # products: each costs time for every row, whether it is used or not


def _candidates() -> str:
    """The branch for a question of so many words."""
    branches = [
        f"IF cardinality(lexemes) <= {count * _DIGITS} THEN\n{exact(count)}"  # noqa: S608 - constants of this module
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
# The longest words come first; of two that share a place one is left.
_ASKED = f"""(SELECT ('{{{{' || string_agg(place || ':' || weight, ',') || '}}}}/{PLACES}')::sparsevec FROM (
            SELECT {place_of("lexeme")} + 1 AS place, max(1 << 4 * (number - 1)::int) AS weight
            FROM unnest(lexemes[{{first}}:{{last}}]) WITH ORDINALITY l (lexeme, number) GROUP BY 1) l)"""  # noqa: S608 - constants of this module


def _asked(low: int, high: int) -> str:
    """What a passage's numbers are held against, six words each: the questions of these numbers."""
    return "".join(
        f"q{i} := coalesce({_ASKED.format(first=(i - 1) * _DIGITS + 1, last=i * _DIGITS)}, '{{}}/{PLACES}');\n        "
        for i in range(low, high + 1)
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
    {" ".join(f"{name} sparsevec;" for name in _QUERIES)}
BEGIN
    -- Everything here is read as it was when the question was asked: a set that moves meanwhile is where it was.
    SELECT array_agg(s.id) FILTER (WHERE s.shelf = 0), array_agg(s.shelf) FILTER (WHERE s.shelf <> 0) INTO source_sets, own
    FROM knowledge_sourceset s WHERE s.organisation_id = organisation AND s.id = ANY(source_sets);
    IF terms <> '' THEN
        lexemes := ARRAY(SELECT lexeme FROM unnest(to_tsvector('english', terms)) ORDER BY length(lexeme) DESC, lexeme LIMIT {_MOST});
    END IF;
    question := vector;
    IF source_sets IS NOT NULL THEN
        {_asked(1, 1)}
        {"".join(f"IF cardinality(lexemes) > {low * _DIGITS} THEN {_asked(low + 1, high)} END IF; " for low, high in pairwise(_VARIANTS))}
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
