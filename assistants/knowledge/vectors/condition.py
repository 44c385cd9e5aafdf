"""How the store outside is, as its users last met it: for the health page, and so that nobody waits for it in vain."""

import time

import redis
import structlog

from assistants.knowledge.vectors.choice import outside_name
from kernel.redis import sync_redis

KEY = "bottega:vector-store"
KEPT = 900  # seconds that a failure is told, unless the store answers before
PAUSE = 15.0  # seconds that questions do without a store that has just failed
logger = structlog.get_logger(__name__)
_paused: dict[str, float] = {}


def note_failure(store: str, reason: str) -> None:
    """Say that a store failed: in the log, on the health page, and to the next questions of this process."""
    _paused[store] = time.monotonic() + PAUSE
    logger.warning("vector_store_failed", store=store, reason=reason)
    try:
        sync_redis().set(f"{KEY}:{store}", reason[:500], ex=KEPT)
    except redis.RedisError:
        return  # the health page tells of Redis itself


def note_success(store: str) -> None:
    """Say that a store answers."""
    _paused.pop(store, None)
    try:
        sync_redis().delete(f"{KEY}:{store}")
    except redis.RedisError:
        return


def is_paused(store: str) -> bool:
    """Whether this process met a failure just now."""
    return _paused.get(store, 0.0) > time.monotonic()


def readiness() -> str:
    """ "ok", or what operators should know."""
    store = outside_name()
    if not store:
        return "ok"
    try:
        reason = sync_redis().get(f"{KEY}:{store}")
    except redis.RedisError:
        return "Redis does not answer, so nothing is known of the vector store."
    if not isinstance(reason, bytes):
        return "ok"
    return f"{reason.decode(errors='replace')} Meanwhile questions are answered from PostgreSQL, and new vectors wait."
