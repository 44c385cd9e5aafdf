"""What was found for a question is kept for some minutes, and the question's vector too.

A key holds everything that decides the answer: the organisation, the documents that the reader may be answered from
(so that a source taken from a group takes its answers along at once), the question and how it was searched for. Where
Redis fails, everything is looked for again.
"""

from collections.abc import Sequence
from dataclasses import astuple
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import orjson
import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from assistants.knowledge.retrieval.documents import Searched
from assistants.turns.plan import KnowledgeScope, RetrievedPassage, SearchKnobs

SECONDS = 600
LARGEST = 256 * 1024  # bytes of one value
PATIENCE = 0.25  # seconds: to search again takes less than to wait for what was found before
logger = structlog.get_logger(__name__)


def found_key(scope: KnowledgeScope, searched: Searched, query: str, knobs: SearchKnobs) -> str:
    """The key of what is found for a question."""
    parts = [scope.source_set_ids, scope.groups, searched.documents, searched.embedder, query, astuple(knobs)]
    return f"knowledge:found:{scope.organisation_id}:{_digest(orjson.dumps(parts))}"


def vector_key(scope: KnowledgeScope, embedder: str, query: str) -> str:
    """The key of a question's vector; each organisation has its own, so that nobody learns what others ask."""
    return f"knowledge:vector:{scope.organisation_id}:{_digest(orjson.dumps([embedder, query]))}"


def kept_passages(key: str) -> tuple[RetrievedPassage, ...] | None:
    """What was found before; None where it is not kept."""
    value = _get(key)
    return None if value is None else tuple(RetrievedPassage(*row) for row in orjson.loads(value))


def keep_passages(key: str, passages: Sequence[RetrievedPassage]) -> None:
    """Keep what was found, if it is not too large."""
    _put(key, orjson.dumps([astuple(passage) for passage in passages]))


def kept_vector(key: str) -> list[float] | None:
    """A question's vector; None where it is not kept."""
    value = _get(key)
    return None if value is None else [float(number) for number in np.frombuffer(value, dtype="<f4")]


def keep_vector(key: str, vector: Sequence[float]) -> None:
    """Keep a question's vector."""
    _put(key, np.asarray(vector, dtype="<f4").tobytes())


@lru_cache(maxsize=1)
def _client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=20).hexdigest()


def _get(key: str) -> bytes | None:
    try:
        value = _client().get(key)
    except redis.RedisError as error:
        logger.warning("retrieval_cache_unreached", reason=repr(error)[:200])
        return None
    return value if isinstance(value, bytes) else None


def _put(key: str, value: bytes) -> None:
    if len(value) > LARGEST:
        return
    try:
        _client().set(key, value, ex=SECONDS)
    except redis.RedisError as error:
        logger.warning("retrieval_cache_unreached", reason=repr(error)[:200])
