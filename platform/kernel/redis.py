"""Connections to Redis or Valkey."""

import asyncio
from functools import lru_cache
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings

_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, redis.asyncio.Redis]" = WeakKeyDictionary()


@lru_cache(maxsize=1)
def sync_redis() -> "redis.Redis":
    """The process's client for synchronous code; values come back as bytes."""
    return redis.Redis.from_url(settings.REDIS_URL)


def async_redis() -> "redis.asyncio.Redis":
    """The running event loop's client; values come back as bytes."""
    loop = asyncio.get_running_loop()
    client = _by_loop.get(loop)
    if client is None:
        client = _by_loop[loop] = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    return client
