"""Limits on how often something may be done: token buckets in Redis, shared by all processes.

A bucket holds `count` tokens and is refilled evenly over `seconds`; one Lua script takes tokens, so that concurrent
requests cannot both take the last one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1

from redis.commands.core import Script
from redis.exceptions import NoScriptError

from kernel.errors import RateLimited
from kernel.redis import async_redis, sync_redis

_TAKE = """
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(state[1] or capacity)
tokens = math.min(capacity, tokens + math.max(0, now - tonumber(state[2] or now)) * rate)
local wait = 0
if tokens >= cost then tokens = tokens - cost else wait = (cost - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
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
    arguments = (_key(name), *_arguments(limit, cost))
    try:
        answer = await async_redis().evalsha(_SHA, 1, *arguments)
    except NoScriptError:
        answer = await async_redis().eval(_TAKE, 1, *arguments)
    _refuse_if(answer)


async def take_all_async(limits: Mapping[str, Limit]) -> None:
    """Use up one of each of several limits, by their names, in a single round trip.

    Raises:
        RateLimited: one of them is used up; says after how many seconds all of them have some.
    """

    async def taken(command: str, script: str) -> list[bytes]:
        pipeline = async_redis().pipeline(transaction=False)
        for name, limit in limits.items():
            pipeline.execute_command(command, script, 1, _key(name), *_arguments(limit, 1))
        found: list[bytes] = await pipeline.execute()
        return found

    try:
        answers = await taken("EVALSHA", _SHA)
    except NoScriptError:
        answers = await taken("EVAL", _TAKE)
    _refuse_if(max(answers, key=float))


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
