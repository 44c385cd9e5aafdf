"""A circuit breaker for each host of each action: a server that keeps failing is left alone for a while.

After `FAILURES` failures (no answer, 429 or 5xx) within `WINDOW` seconds nothing is sent for `FIRST_REST` seconds; then calls
try again, and the next failure doubles the rest, up to `LONGEST_REST`. Those of calls that were on their way when a rest began
say nothing new, and count for nothing. Kept in Redis, shared by all processes.
"""

from dataclasses import dataclass
from time import time

from django.utils.translation import gettext_lazy as _

from assistants.actions.metrics_of import RESTING
from kernel.errors import DomainError
from kernel.redis import async_redis

FAILURES, WINDOW = 5, 60
FIRST_REST, LONGEST_REST = 30, 600
# KEYS: rest, failures, level. ARGV: failures, window, first rest, longest rest. Answers the seconds of rest that begin now.
_FAILED = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local count = redis.call('INCR', KEYS[2])
if count == 1 then redis.call('EXPIRE', KEYS[2], ARGV[2]) end
local level = tonumber(redis.call('GET', KEYS[3]) or '0')
if count < tonumber(ARGV[1]) and level == 0 then return 0 end
local rest = math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) * 2 ^ level)
redis.call('SET', KEYS[1], '1', 'EX', rest)
redis.call('SET', KEYS[3], level + 1, 'EX', 2 * tonumber(ARGV[4]))
redis.call('DEL', KEYS[2])
return rest
"""


class ServiceResting(DomainError):
    code = "service_resting"
    status = 503
    user_message = _(
        "%(host)s failed several times in a row, so nothing is sent there for another %(seconds)s seconds. Try again"
        " later."
    )


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one action at one host."""

    action: str
    host: str

    async def check(self) -> None:
        """Refuse a call while the server is left alone.

        Raises:
            ServiceResting: it says for how long.
        """
        left = await async_redis().ttl(self._key("rest"))
        if left > 0:
            raise ServiceResting(host=self.host, seconds=left)

    async def failed(self) -> None:
        """Note that the server failed."""
        keys = [self._key("rest"), self._key("failures"), self._key("level")]
        rest = await async_redis().eval(_FAILED, 3, *keys, FAILURES, WINDOW, FIRST_REST, LONGEST_REST)
        if rest:
            await async_redis().zadd(RESTING, {f"{self.action}:{self.host}": time() + int(rest)})

    async def answered(self) -> None:
        """Note that it answered."""
        await async_redis().delete(self._key("failures"), self._key("level"))

    def _key(self, what: str) -> str:
        return f"actions:breaker:{{{self.action}:{self.host}}}:{what}"
