"""Find the passages that answer a query: by meaning and by words, in one statement.

The rows of a source set lie together under one B-tree, so that an exact scan of them beats any shared index. Words are
weighed by how rare they are in the searched documents. Both rankings are joined by reciprocal rank fusion.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeVar

from django.db import connection

from assistants.knowledge.models import Document
from assistants.turns.plan import KnowledgeScope, RetrievedPassage
from kernel.tenancy import tenant_scope
from kernel.text import search_terms
from providers.gateway import embedder

Mode = Literal["hybrid", "vector", "words"]
T = TypeVar("T")
MAX_QUERY_CHARACTERS = 4000
CANDIDATES = 60  # taken from each ranking
RANK_CONSTANT = 10
MEANING, WORDS = 1.0, 1.0
LENGTH_NORMALISATION = 0.3

_SEARCH = """
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


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question's vector as a literal, and the documents that the same model has embedded; empty where there is none."""

    vector: str | None = None
    documents: list[int] = field(default_factory=list)


def retrieve(
    scope: KnowledgeScope, query: str, *, k: int, budget_tokens: int, mode: str = "hybrid"
) -> list[RetrievedPassage]:
    """The best passages for a query, best first, from the documents of the scope and no others.

    Blocks: call it from an executor. The question is embedded before the database is touched.

    Args:
        k: how many at most.
        budget_tokens: how many tokens of passages at most; the first one is given in any case.
        mode: hybrid, vector or words. Passages without a vector yet are found by their words.
    """
    asked = query.strip()[:MAX_QUERY_CHARACTERS]
    if not asked or not scope.document_ids or k < 1:
        return []
    meaning = Meaning() if mode == "words" else _meaning_of(asked, scope)
    with tenant_scope(scope.organisation_id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, _parameters(scope, asked, meaning, k, mode))
        rows = [RetrievedPassage(*row) for row in cursor.fetchall()]
    return _within_budget(rows, budget_tokens)


def _parameters(scope: KnowledgeScope, query: str, meaning: Meaning, k: int, mode: str) -> dict[str, Any]:
    return {
        "organisation": scope.organisation_id,
        "source_sets": list(scope.source_set_ids),
        "documents": list(scope.document_ids),
        "terms": "" if mode == "vector" else search_terms(query),
        "vector": meaning.vector,
        "meant": meaning.documents,
        "weights": [0.1, 0.2, 0.4, 1.0],
        "b": LENGTH_NORMALISATION,
        "candidates": CANDIDATES,
        "constant": float(RANK_CONSTANT),
        "meaning": MEANING if meaning.vector else 0.0,
        "words": 0.0 if mode == "vector" else WORDS,
        "limit": k,
    }


def _meaning_of(query: str, scope: KnowledgeScope) -> Meaning:
    with tenant_scope(scope.organisation_id):
        model = embedder()
        rows = Document.objects.for_organisation(scope.organisation_id).filter(pk__in=scope.document_ids)
        documents = list(rows.filter(embedder=model.name).values_list("pk", flat=True))
    if not documents:
        return Meaning()
    return Meaning("[" + ",".join(map(repr, _wait(model.query(query)))) + "]", documents)


def _within_budget(rows: Sequence[RetrievedPassage], budget_tokens: int) -> list[RetrievedPassage]:
    kept: list[RetrievedPassage] = []
    spent = 0
    for row in rows:
        if kept and spent + row.tokens > budget_tokens:
            continue
        spent += row.tokens
        kept.append(row)
    return kept


def _wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine for synchronous code, on one loop of the process: its clients keep their connections."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop(os.getpid())).result()


@lru_cache(maxsize=1)
def _loop(_process: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="retrieval", daemon=True).start()
    return loop
