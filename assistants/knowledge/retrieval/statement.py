"""The statement that ranks passages by meaning and by words, and fuses both.

A passage's place in a ranking counts by reciprocal rank (Cormack, Clarke and Büttcher 2009), its distance from the best
by its share of the way from the last candidate to the first (relative score fusion): ranks alone make nothing of a first
one that stands far above the second.

Parameters:
    organisation, source_sets, documents: whose rows, of which sets and documents; meant: the documents whose vectors
        are of the question's model.
    terms, vector: the question as search terms and as a vector's literal, or null.
    candidates: taken from each ranking. constant: of reciprocal rank. rank: what of a weight goes by rank, 0 to 1.
    meaning, words: weights of the rankings, not both 0. b: how much a long passage's words count less, 0 to 1.

Rows: the fields of a RetrievedPassage, then document's key, ordinal and section, places by meaning and by words (null
where it is not among the candidates), and cosine distance (null without a vector).
"""

SEARCH = """
WITH term AS MATERIALIZED (
    SELECT quote_literal(lexeme)::tsquery AS query FROM unnest(to_tsvector('english', %(terms)s))
), anyterm AS MATERIALIZED (
    SELECT string_agg(query::text, ' | ')::tsquery AS query FROM term
), place AS MATERIALIZED (
    SELECT v.id, length(v.words) AS size,
        -- Vectors of another model say nothing here, and may be of another length.
        CASE WHEN v.document_id = ANY(%(meant)s) THEN v.embedding <=> %(vector)s::halfvec END AS distance
    FROM knowledge_passagevector v
    WHERE v.organisation_id = %(organisation)s AND v.source_set_id = ANY(%(source_sets)s) AND v.document_id = ANY(%(documents)s)
), extent AS MATERIALIZED (
    SELECT count(*)::float8 AS rows, greatest(avg(size), 1)::float8 AS size FROM place
), found AS MATERIALIZED (
    SELECT v.id, term.query, ts_rank(%(weights)s::real[], v.words, term.query) / 0.6079271::float8 AS strength, length(v.words) AS size
    FROM knowledge_passagevector v, anyterm, term
    WHERE v.organisation_id = %(organisation)s AND v.source_set_id = ANY(%(source_sets)s) AND v.document_id = ANY(%(documents)s)
        AND v.words @@ anyterm.query AND v.words @@ term.query
), rarity AS MATERIALIZED (
    SELECT found.query, ln(1 + (extent.rows - count(*) + 0.5) / (count(*) + 0.5)) AS weight
    FROM found, extent GROUP BY found.query, extent.rows
), by_words AS (
    SELECT id, row_number() OVER (ORDER BY score DESC, id) AS place, score / max(score) OVER () AS share FROM (
        SELECT found.id, sum(rarity.weight * found.strength / (1 - %(b)s + %(b)s * found.size / extent.size)) AS score
        FROM found JOIN rarity USING (query), extent GROUP BY found.id ORDER BY score DESC, id LIMIT %(candidates)s
    ) best
), by_meaning AS (
    SELECT id, row_number() OVER (ORDER BY distance, id) AS place,
        coalesce((max(distance) OVER () - distance) / nullif(max(distance) OVER () - min(distance) OVER (), 0), 1) AS share
    FROM (
        SELECT id, distance FROM place WHERE distance IS NOT NULL ORDER BY distance, id LIMIT %(candidates)s
    ) best
), ranked AS (
    -- What has no vector yet is taken to mean as much as its words say.
    SELECT id, w.place AS words, w.share AS words_share, p.distance, m.place AS meaning,
        coalesce(m.place, CASE WHEN p.distance IS NULL THEN w.place END) AS meaning_place,
        coalesce(m.share, CASE WHEN p.distance IS NULL THEN w.share END) AS meaning_share
    FROM by_meaning m FULL JOIN by_words w USING (id) JOIN place p USING (id)
), weighed AS (
    SELECT id, words, meaning, distance, (
        coalesce(%(meaning)s::float8 * (%(rank)s::float8 * (%(constant)s::float8 + 1) / (%(constant)s::float8 + meaning_place)
            + (1 - %(rank)s::float8) * meaning_share), 0)
        + coalesce(%(words)s::float8 * (%(rank)s::float8 * (%(constant)s::float8 + 1) / (%(constant)s::float8 + words)
            + (1 - %(rank)s::float8) * words_share), 0)
        ) / (%(meaning)s::float8 + %(words)s::float8) AS score
    FROM ranked
), fused AS (
    SELECT * FROM weighed WHERE score > 0 ORDER BY score DESC, id LIMIT %(limit)s
)
SELECT p.public_id, d.public_id, d.name, p.text, p.page, p.paragraph, p.heading, f.score::float8, p.start, p."end", p.tokens,
    p.document_id, p.ordinal, p.section, f.meaning, f.words, f.distance::float8
FROM fused f JOIN knowledge_passage p ON p.id = f.id JOIN knowledge_document d ON d.id = p.document_id
ORDER BY f.score DESC, f.id
"""
