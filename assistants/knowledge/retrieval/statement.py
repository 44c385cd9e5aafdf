"""The statement that ranks passages by meaning and by words, fuses both, and gives their text.

Ranking is the work of the database's function `knowledge_search`, which is planned once a connection; which documents
are searched is told to it as an array, so that whatever narrows them can stand in the same statement. A passage's place
in a ranking counts by reciprocal rank (Cormack, Clarke and Büttcher 2009), its distance from the best by its share of the
way from the last candidate to the first (relative score fusion): ranks alone make nothing of a first one that stands far
above the second.

Parameters:
    organisation, source_sets, documents: whose rows, of which sets and documents; meant: the documents whose vectors
        are of the question's model.
    terms, vector: the question as search terms and as a vector's literal, or null.
    weights: what a word counts by its class, D to A: see PostgreSQL's `ts_rank`.
    candidates: taken from each ranking. constant: of reciprocal rank. rank: what of a weight goes by rank, 0 to 1.
    meaning, words: weights of the rankings, not both 0. b: how much a long passage's words count less, 0 to 1.

Rows: the fields of a RetrievedPassage, then document's key, ordinal and section, places by meaning and by words (null
where it is not among the candidates), and cosine distance (null without a vector).
"""

DOCUMENTS = "%(documents)s"
NOT_OUTSIDE = "NULL"
OUTSIDE, APART = "%(outside)s", "%(apart)s"


def search(*, documents: str = DOCUMENTS, outside: str = NOT_OUTSIDE, apart: str = NOT_OUTSIDE) -> str:
    """The whole statement.

    Args:
        documents: SQL of an array of primary keys; `ARRAY(SELECT …)` narrows them in the same statement.
        outside, apart: SQL of arrays of passages' primary keys and of their distances, where another vector store has
            ranked them; by default the vectors here are compared.
    """
    return f"""
SELECT p.public_id, d.public_id, d.name, p.text, p.page, p.paragraph, p.heading, f.score, p.start, p."end", p.tokens,
    p.document_id, p.ordinal, p.section, f.by_meaning, f.by_words, f.distance
FROM knowledge_search(
    %(organisation)s::bigint, %(source_sets)s::bigint[], {documents}::bigint[], %(meant)s::bigint[], %(vector)s::halfvec,
    {outside}::bigint[], {apart}::float8[], %(terms)s::text, %(weights)s::real[], %(b)s::float8, %(candidates)s::int,
    %(constant)s::float8, %(rank)s::float8, %(meaning)s::float8, %(words)s::float8, %(limit)s::int
) f JOIN knowledge_passage p ON p.id = f.id JOIN knowledge_document d ON d.id = p.document_id
ORDER BY f.score DESC, f.id
"""  # noqa: S608 - parts of this module and of its callers


SEARCH = search()
SEARCH_OUTSIDE = search(outside=OUTSIDE, apart=APART)
