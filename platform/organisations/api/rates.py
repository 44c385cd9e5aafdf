"""How often a caller may ask the API: one bucket for REST and the streaming endpoints."""

from contextlib import suppress
from time import monotonic

from django.conf import settings

from kernel.errors import RateLimited
from kernel.ratelimit import Limit, take, take_async
from organisations.actors import Actor

AT_A_TIME = 10
KEPT_SECONDS = 5.0
MOST_CALLERS = 10_000
_taken: dict[str, tuple[int, float]] = {}


def check_rate(actor: Actor) -> None:
    """Refuse callers who ask more often than the operator allows.

    Raises:
        RateLimited: says after how many seconds to try again.
    """
    if limit := _limit():
        take(f"api:{actor.caller}", limit)


async def check_rate_async(actor: Actor) -> None:
    """The same on an event loop.

    Asking Redis costs a tenth of a whole request, so a process takes a few of a caller's requests at a time and
    counts those itself. What it does not use within seconds is lost to the caller, never given twice.

    Raises:
        RateLimited: says after how many seconds to try again.
    """
    limit = _limit()
    if limit is None:
        return
    left, until = _taken.get(actor.caller, (0, 0.0))
    if left > 0 and monotonic() < until:
        _taken[actor.caller] = (left - 1, until)
        return
    if len(_taken) > MOST_CALLERS:
        _taken.clear()
    _taken[actor.caller] = (await _take_some(f"api:{actor.caller}", limit) - 1, monotonic() + KEPT_SECONDS)


async def _take_some(name: str, limit: Limit) -> int:
    several = min(AT_A_TIME, limit.count // 100)
    if several > 1:
        with suppress(RateLimited):
            await take_async(name, limit, cost=several)
            return several
    await take_async(name, limit)
    return 1


def _limit() -> Limit | None:
    allowed = settings.API_REQUESTS_PER_MINUTE
    return Limit(count=allowed, seconds=60) if allowed else None
