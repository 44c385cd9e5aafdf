"""Database phases of asynchronous code.

A phase runs on an executor of our own, as wide as the connection pool, and gives its connection back when it
ends: no connection is held while a model talks, and phases do not queue behind one thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, connections

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache(maxsize=1)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.POOL_SIZE, thread_name_prefix="db")


async def run_db(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run synchronous database code without blocking the event loop; its connection is returned at the end."""
    context = copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_executor(), lambda: context.run(_phase, function, args, kwargs))


def commit_without_waiting() -> None:
    """Let the open transaction commit before it is on disk, which takes milliseconds less.

    Only for what a later transaction completes, or what is done again where it is missing: a commit that waits takes all
    earlier ones to the disk with it. Should the database crash within the half second until then, it is as if this
    transaction had not been.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _phase(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return function(*args, **kwargs)
    finally:
        connections.close_all()
