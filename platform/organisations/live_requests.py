"""Ends streams of people who may no longer follow them.

A stream is let in once and may then last for minutes. Each process looks every few seconds whether those behind its
long requests still belong to the organisation and their keys still work; where not, the request is cut. What was
being written goes on to its saved end, as when a browser is closed.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import structlog

from accounts.models import User
from kernel import registries
from kernel.db import run_db
from organisations.actors import Actor
from organisations.queries import actor_for

EVERY_SECONDS = 4.0  # so that a removal reaches a stream within 5 s
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Watched:
    name: str
    still_allowed: Callable[[], bool]
    since: float


_watched: "dict[asyncio.Task[object], _Watched]" = {}
_watcher: "list[asyncio.Task[None]]" = []


def watch(name: str, still_allowed: Callable[[], bool]) -> None:
    """Look after the running request until it ends.

    Args:
        name: who is behind it; requests of one name are looked up together.
        still_allowed: asked on a database thread, again and again while the request lasts.
    """
    task = asyncio.current_task()
    if task is not None and task not in _watched:
        _watched[task] = _Watched(name, still_allowed, monotonic())
        task.add_done_callback(_forget)


def still_member(actor: Actor) -> bool:
    """Whether the person behind a session still acts in the organisation that they acted in, with what it asks for.

    A changed password, or signing out everywhere, ends it too.
    """
    user = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
    if (
        user is None
        or actor.user is None
        or user.get_session_auth_hash() != actor.user.get_session_auth_hash()
    ):
        return False
    found = actor_for(user, actor.organisation.pk)
    return found is not None and found.organisation.pk == actor.organisation.pk and not found.mfa_missing


async def end_forbidden(*, older_than: float = EVERY_SECONDS / 2) -> int:
    """Cut the requests whose people may no longer follow them; returns how many.

    Args:
        older_than: seconds; younger requests were let in just now.
    """
    now = monotonic()
    asked = {watched.name: watched for watched in _watched.values() if now - watched.since >= older_than}
    forbidden = {name for name, watched in asked.items() if not await run_db(watched.still_allowed)}
    tasks = [task for task, watched in _watched.items() if watched.name in forbidden]
    for task in tasks:
        task.cancel()
    return len(tasks)


def _forget(task: "asyncio.Task[object]") -> None:
    _watched.pop(task, None)


async def _keep_watching() -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            if ended := await end_forbidden():
                logger.info("streams_ended", count=ended)
        except Exception:  # the database may be away for a moment: watch on
            logger.exception("streams_not_checked")


async def _start() -> None:
    _watcher.append(asyncio.create_task(_keep_watching()))


async def _stop() -> None:
    while _watcher:
        task = _watcher.pop()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def register() -> None:
    """Let web processes watch while they serve."""
    registries.on_startup.register(_start)
    registries.on_shutdown.register(_stop)
