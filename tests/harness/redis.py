"""A Redis database of its own for each test process, emptied after each test.

Several runs may share one server: a process claims a number in database 0 and gives it back at its end.
"""

import atexit
import os
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import psutil
import pytest
import redis
from django.conf import settings

FIRST, LAST = 2, 15
_claimed: list[redis.Redis] = []


def point_at_worker_redis(worker: str) -> None:
    """Make settings and child processes use a database that nobody else uses; broker and cache share it."""
    url = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
    number = _claim(redis.Redis.from_url(_with_database(url, 0)), f"{os.getpid()}:{worker}")
    mine = _with_database(url, number)
    broker = _broker(url, number)
    os.environ.update(REDIS_URL=mine, CELERY_BROKER_URL=broker)
    settings.REDIS_URL, settings.CELERY_BROKER_URL = mine, broker
    settings.CACHES["default"]["LOCATION"] = mine
    _claimed.append(redis.Redis.from_url(mine))
    empty_redis()


def empty_redis() -> None:
    """Forget everything that the test put into Redis, but the queues' bindings, which processes declare only once."""
    for client in _claimed:
        if keys := [key for key in client.scan_iter(count=1000) if not key.startswith(b"_kombu.binding.")]:
            client.delete(*keys)


def _claim(registry: redis.Redis, holder: str) -> int:
    for number in range(FIRST, LAST + 1):
        key = f"bottega-test-database:{number}"
        if registry.set(key, holder, nx=True) or _take_from_the_dead(registry, key, holder):
            atexit.register(registry.delete, key)
            return number
    pytest.exit("All Redis databases are taken by running tests.", 4)


def _take_from_the_dead(registry: redis.Redis, key: str, holder: str) -> bool:
    previous = registry.get(key)
    if previous is None or psutil.pid_exists(int(bytes(previous).decode().split(":")[0])):
        return False
    return registry.getset(key, holder) == previous


def _with_database(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = {key: values[0] for key, values in parse_qs(parts.query).items()} | {"db": str(number)}
        # urlunsplit drops the empty host that a socket's path needs before it.
        return f"unix://{parts.path}?{urlencode(query)}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def _broker(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))
