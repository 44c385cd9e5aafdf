"""How often a caller may ask the API: one bucket for REST and the streaming endpoints."""

from django.conf import settings

from kernel.ratelimit import Limit, take, take_async
from organisations.actors import Actor


def check_rate(actor: Actor) -> None:
    """Refuse callers who ask more often than the operator allows.

    Raises:
        RateLimited: says after how many seconds to try again.
    """
    if limit := _limit():
        take(f"api:{actor.caller}", limit)


async def check_rate_async(actor: Actor) -> None:
    """The same on an event loop.

    Raises:
        RateLimited: says after how many seconds to try again.
    """
    if limit := _limit():
        await take_async(f"api:{actor.caller}", limit)


def _limit() -> Limit | None:
    allowed = settings.API_REQUESTS_PER_MINUTE
    return Limit(count=allowed, seconds=60) if allowed else None
