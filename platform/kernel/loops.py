"""An event loop beside synchronous code: one a process, on a thread of its own, so that clients keep their connections."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


def start(coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
    """Let a coroutine run on the process's own loop; whoever needs its result waits for it."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop(os.getpid()))


@lru_cache(maxsize=1)
def _loop(_process: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="loop", daemon=True).start()
    return loop
