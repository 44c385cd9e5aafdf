"""The wall-clock end of a call, known to every read and write that the call makes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore2

_end: ContextVar[float] = ContextVar("egress_deadline", default=float("inf"))


def ends_at() -> float:
    """The monotonic time at which the present call must be over."""
    return _end.get()


@contextmanager
def deadline(end: float) -> Iterator[None]:
    """Everything inside must be over at monotonic time `end`, and never later than what is around it."""
    token = _end.set(min(end, _end.get()))
    try:
        yield
    finally:
        _end.reset(token)


def time_left(timeout: float | None) -> float:
    """The seconds that one step may take: its own time-out, or what is left of the call.

    Raises:
        httpcore2.ReadTimeout: nothing is left.
    """
    left = _end.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the call's deadline has passed")
    return left if timeout is None else min(left, timeout)
