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
from assistants.knowledge.retrieval.statement import SEARCH
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
        cursor.execute(SEARCH, _parameters(scope, asked, meaning, k, mode))
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
