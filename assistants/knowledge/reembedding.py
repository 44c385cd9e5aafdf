"""How a set stands on its way from one embedding model to another, and what the way costs. Reads, inside its scope."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from assistants.knowledge.costs import tariff_of
from assistants.knowledge.models import Reembedding, SourceSet

# Rows that only versions need are among them: their answers must not be lost either.
_PASSAGES = """
SELECT count(*), COALESCE(sum(p.tokens), 0)::bigint,
  count(*) FILTER (WHERE d.embedder IS DISTINCT FROM %(model)s OR v.embedding IS NULL),
  COALESCE(sum(p.tokens) FILTER (WHERE d.embedder IS DISTINCT FROM %(model)s OR v.embedding IS NULL), 0)::bigint
FROM knowledge_passagevector v JOIN knowledge_passage p ON p.id = v.id JOIN knowledge_document d ON d.id = v.document_id
WHERE v.organisation_id = %(organisation)s AND v.source_set_id = %(source_set)s
"""
_MISSING = """
SELECT v.id FROM knowledge_passagevector v
WHERE v.organisation_id = %s AND v.source_set_id = %s AND v.id > %s
  AND NOT EXISTS (SELECT 1 FROM knowledge_pendingvector p WHERE p.id = v.id)
ORDER BY v.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What giving a set to another model takes: passages and their tokens, and about how many micro-units of `currency`."""

    model: str
    passages: int
    tokens: int
    cost: int
    currency: str


@dataclass(frozen=True, slots=True)
class Next:
    """The model that is taking over: `done` of `total` passages have its vectors; `error_code` where it stands still."""

    model: str
    done: int
    total: int
    cost: int
    started_at: datetime
    error_code: str


@dataclass(frozen=True, slots=True)
class EmbeddingState:
    """The model that serves a set, empty where it holds nothing yet, and the one that is taking over."""

    model: str
    passages: int
    next: Next | None


def embedding_state(source_set: SourceSet) -> EmbeddingState:
    """How a set stands."""
    present: SourceSet = SourceSet.objects.for_organisation(source_set.organisation_id).get(pk=source_set.pk)
    passages = _counted(present, present.embedder)[0]
    rows = Reembedding.objects.for_organisation(present.organisation_id).filter(source_set=present)
    run: Reembedding | None = rows.first() if present.next_embedder else None
    if run is None:
        return EmbeddingState(present.embedder, passages, None)
    done = min(run.done, passages)
    following = Next(present.next_embedder, done, passages, run.cost, run.started_at, run.error_code)
    return EmbeddingState(present.embedder, passages, following)


def estimate(source_set: SourceSet, model: str) -> Estimate:
    """What giving a set to a model takes; passages that the model has embedded already are left out."""
    _, _, passages, tokens = _counted(source_set, model)
    cost = tariff_of(model, organisation_id=source_set.organisation_id).cost(tokens)
    return Estimate(model, passages, tokens, cost, settings.CURRENCY)


def _counted(source_set: SourceSet, model: str) -> tuple[int, int, int, int]:
    values: dict[str, int | str] = {
        "organisation": source_set.organisation_id,
        "source_set": source_set.pk,
        "model": model,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES, values)
        passages, tokens, missing, missing_tokens = cursor.fetchone()
    return passages, tokens, missing, missing_tokens


def missing_pending(source_set: SourceSet, *, after: int, limit: int) -> list[int]:
    """Primary keys of passages that have no vector by the next embedder yet, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [source_set.organisation_id, source_set.pk, after, limit])
        return [key for (key,) in cursor.fetchall()]
