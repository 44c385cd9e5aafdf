"""The statement that ranks passages by meaning and by words, and fuses both."""

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
    SELECT id, row_number() OVER (ORDER BY score DESC, id) AS place FROM (
        SELECT found.id, sum(rarity.weight * found.strength / (1 - %(b)s + %(b)s * found.size / extent.size)) AS score
        FROM found JOIN rarity USING (query), extent GROUP BY found.id ORDER BY score DESC, id LIMIT %(candidates)s
    ) best
), by_meaning AS (
    SELECT id, row_number() OVER (ORDER BY distance, id) AS place FROM (
        SELECT id, distance FROM place WHERE distance IS NOT NULL ORDER BY distance, id LIMIT %(candidates)s
    ) best
), ranked AS (
    -- What has no vector yet is taken to mean as much as its words say.
    SELECT id, w.place AS words, coalesce(m.place, CASE WHEN p.distance IS NULL THEN w.place END) AS meaning
    FROM by_meaning m FULL JOIN by_words w USING (id) JOIN place p USING (id)
), fused AS (
    SELECT id, (coalesce(%(meaning)s::float8 / (%(constant)s::float8 + meaning), 0)
        + coalesce(%(words)s::float8 / (%(constant)s::float8 + words), 0))
        * (%(constant)s::float8 + 1) / (%(meaning)s::float8 + %(words)s::float8) AS score
    FROM ranked ORDER BY score DESC, id LIMIT %(limit)s
)
SELECT p.public_id, d.public_id, d.name, p.text, p.page, p.paragraph, p.heading, f.score::float8, p.start, p."end", p.tokens
FROM fused f JOIN knowledge_passage p ON p.id = f.id JOIN knowledge_document d ON d.id = p.document_id
ORDER BY f.score DESC, f.id
"""
