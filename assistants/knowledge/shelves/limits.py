"""What a step of a move may take of the database: how long it waits for locks, how long it runs, how much memory it uses."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from kernel.tenancy import tenant_scope

R = TypeVar("R")
# Whoever comes later queues behind a lock that is waited for; and in less than `deadlock_timeout`, nobody else is ended.
LOCK_MS = 400
STEP_SECONDS = 600
INDEX_SECONDS = 6 * 3600
TRIES = 20
PAUSE_SECONDS = 0.1


class ShelfBusy(Exception):
    """Others hold what the move needs for a moment: it is tried again later."""


@contextmanager
def step(organisation_id: int, *, seconds: int = STEP_SECONDS) -> Iterator[None]:
    """A transaction of the move, in an organisation's scope.

    Raises:
        ShelfBusy: a lock was not to be had.
    """
    try:
        with tenant_scope(organisation_id, durable=True):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
                    " set_config('maintenance_work_mem', %s, true),"
                    " set_config('max_parallel_maintenance_workers', '0', true)",
                    [f"{LOCK_MS}ms", f"{seconds}s", f"{settings.SHELF_MEMORY_MB}MB"],
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise ShelfBusy from error
        raise


def patiently(change: Callable[[], R]) -> R:
    """Make a change that needs a table for a moment, inside a step: tried some times, each taken back if it is busy.

    Raises:
        OperationalError: it was busy all the time.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return change()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        time.sleep(PAUSE_SECONDS)
    with transaction.atomic():
        return change()
