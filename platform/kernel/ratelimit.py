"""Limits on how often something may be done: token buckets in Redis, shared by all processes.

A bucket holds `count` tokens and is refilled evenly over `seconds`; one Lua script takes tokens, of one bucket or of
several, so that concurrent requests cannot both take the last one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1

from redis.commands.core import Script
from redis.exceptions import NoScriptError

from kernel.errors import RateLimited
from kernel.redis import async_redis, sync_redis

# KEYS: the buckets. ARGV: capacity, tokens a second and cost of each. Answers the seconds until all of them have enough.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local wait, left = 0, {}
for at, key in ipairs(KEYS) do
  local capacity, rate, cost = tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at - 1]), tonumber(ARGV[3 * at])
  local state = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = tonumber(state[1] or capacity)
  tokens = math.min(capacity, tokens + math.max(0, now - tonumber(state[2] or now)) * rate)
  if tokens < cost then wait = math.max(wait, (cost - tokens) / rate) end
  left[at] = tokens
end
for at, key in ipairs(KEYS) do
  local capacity, rate, cost = tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at - 1]), tonumber(ARGV[3 * at])
  local tokens = left[at]
  if wait == 0 then tokens = tokens - cost end
  redis.call('HSET', key, 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, math.ceil(capacity / rate * 1000) + 1000)
end
return tostring(wait)
"""
# The script goes over the wire once; afterwards its hash names it.
_SHA = sha1(_TAKE.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds, evenly refilled; up to `count` of them at once."""

    count: int
    seconds: float


def take(name: str, limit: Limit, *, cost: int = 1) -> None:
    """Use up some of a limit.

    Args:
        name: whose bucket, for example `api:key:17`.
        cost: how many tokens this takes.

    Raises:
        RateLimited: it is used up; says after how many seconds to try again.
    """
    _refuse_if(sync_script()(keys=[_key(name)], args=_arguments(limit, cost)))


async def take_async(name: str, limit: Limit, *, cost: int = 1) -> None:
    """The same without blocking the event loop.

    Raises:
        RateLimited: it is used up; says after how many seconds to try again.
    """
    _refuse_if(await _taken([_key(name)], _arguments(limit, cost)))


async def take_all_async(limits: Mapping[str, Limit]) -> None:
    """Use up one of each of several limits, by their names, or nothing of any: whoever has used up a limit of their own
    takes nothing from one that they share with others.

    Where Redis is a cluster, the names have a part in `{…}` in common, which keeps their buckets on one machine.

    Raises:
        RateLimited: one of them is used up; says after how many seconds all of them have some.
    """
    arguments = [argument for limit in limits.values() for argument in _arguments(limit, 1)]
    _refuse_if(await _taken([_key(name) for name in limits], arguments))


async def _taken(keys: Sequence[str], arguments: Sequence[str]) -> bytes:
    try:
        answer: bytes = await async_redis().evalsha(_SHA, len(keys), *keys, *arguments)
    except NoScriptError:
        answer = await async_redis().eval(_TAKE, len(keys), *keys, *arguments)
    return answer


@lru_cache(maxsize=1)
def sync_script() -> Script:
    """The script, registered with the process's client."""
    return sync_redis().register_script(_TAKE)


def _key(name: str) -> str:
    return f"ratelimit:{name}"


def _arguments(limit: Limit, cost: int) -> list[str]:
    return [str(limit.count), str(limit.count / limit.seconds), str(cost)]


def _refuse_if(answer: bytes) -> None:
    wait = float(answer)
    if wait > 0:
        raise RateLimited(retry_after=math.ceil(wait))
