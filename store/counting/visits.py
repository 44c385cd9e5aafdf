"""Cards shown and pages opened, counted in Redis: one round trip a page, and nothing where Redis does not answer.

All keys share a hash tag, so that the script finds them on one node of a cluster.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from typing import Any, Protocol

import structlog
from redis import RedisError

from kernel.redis import sync_redis
from store.counting.visitors import is_person, visitor_of

logger = structlog.get_logger(__name__)
BUFFER = "store:{visits}:now"
BATCHES = "store:{visits}:batches"
MOST = 200
LISTED = "a"  # a kind of its own among the fields: others are `i` and `o`
PAUSE_SECONDS = 10.0
_silent_until = 0.0

# Each is counted once a visitor and hour: what is not new in the visitor's set adds nothing.
_NOTE = """
local fresh = 0
for i = 2, #ARGV do
  if redis.call('SADD', KEYS[1], ARGV[i]) == 1 then
    redis.call('HINCRBY', KEYS[2], ARGV[1] .. ARGV[i], 1)
    fresh = fresh + 1
  end
end
if fresh > 0 then redis.call('EXPIRE', KEYS[1], 3900) end
return fresh
"""


class Shown(Protocol):
    """A listing, or its entry in the store."""

    pk: Any
    organisation_id: int
    version_number: int


def note_impressions(request: Any, rows: Iterable[Shown]) -> int:
    """Count that the cards of listings were shown to whoever asks for this page.

    The creator's own organisation, programs and what is fetched ahead count nothing; a visitor counts once an hour.

    Returns:
        how many were counted.
    """
    return _note("i", request, list(rows)[:MOST])


def note_open(request: Any, listing: Shown) -> int:
    """Count that the page of a listing was opened, as `note_impressions` counts cards."""
    return _note("o", request, [listing])


def note_listed(request: Any, rows: Iterable[Shown]) -> int:
    """Count that an answer of the API held listings. Programs ask it, so that these are counted here, and apart."""
    return _note(LISTED, request, list(rows)[:MOST])


def _note(kind: str, request: Any, rows: list[Shown]) -> int:
    global _silent_until
    own = request.actor.organisation.pk
    fields = [f"{kind}:{row.pk}:{row.version_number}" for row in rows if row.organisation_id != own]
    if not fields or monotonic() < _silent_until or not (kind == LISTED or is_person(request)):
        return 0
    now = datetime.now(UTC)
    seen = "store:{visits}:seen:" + visitor_of(request, f"{now:%Y-%m-%dT%H}")
    try:
        return int(_script()(keys=[seen, BUFFER], args=[f"{now:%Y-%m-%d}:", *fields]))
    except RedisError:
        # A page must not wait for a count, nor the next hundred pages.
        _silent_until = monotonic() + PAUSE_SECONDS
        logger.warning("visits_not_counted", exc_info=True)
        return 0


@lru_cache(maxsize=1)
def _script() -> Any:
    return sync_redis().register_script(_NOTE)
