"""Who works on something. A lease is renewed while the work goes on; after a crash it runs out."""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import Error, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from assistants.knowledge.models import Document
from kernel.db import commit_without_waiting
from kernel.tenancy import tenant_scope

LEASE = timedelta(seconds=settings.KNOWLEDGE_LEASE_SECONDS)
BEAT_SECONDS = LEASE.total_seconds() / 4
QUEUED = LEASE * 1.5  # how long a task may wait in the queue before it is thought lost
MAX_ATTEMPTS = 3
logger = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody else has taken the work over, or what it was about is gone: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table keeps its leases: the holder's token, until when it holds, and how often the work was begun."""

    token: str
    until: str
    attempts: str


_DOCUMENT = Columns("lease", "lease_until", "attempts")


def take(rows: QuerySet[Any], columns: Columns, *, lasting: timedelta) -> tuple[int, str] | None:
    """Take the lease of a row that nobody holds, or whose last holder has died, inside the open scope.

    Args:
        rows: the row, as long as there is work on it.

    Returns:
        Its primary key and the token of the lease; None where there is nothing to do, somebody works on it, or it was begun
        too often.
    """
    token, now = secrets.token_hex(8), timezone.now()
    free = Q(**{columns.token: ""}) | Q(**{f"{columns.until}__lt": now})
    taken = rows.filter(free, **{f"{columns.attempts}__lt": MAX_ATTEMPTS}).update(
        **{columns.token: token, columns.until: now + lasting, columns.attempts: F(columns.attempts) + 1}
    )
    return (rows.values_list("pk", flat=True).get(**{columns.token: token}), token) if taken else None


def change(rows: QuerySet[Any], columns: Columns, token: str, **values: Any) -> None:
    """Change a leased row, inside the open scope, if the lease still holds.

    Raises:
        LeaseLost: it does not.
    """
    if not rows.filter(**{columns.token: token}).update(**values):
        raise LeaseLost


class Renewable(Protocol):
    """A lease of anything."""

    def write(self, **values: Any) -> None:
        """Change what is leased, in a transaction of its own.

        Raises:
            LeaseLost: the lease does not hold any more.
        """


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one document."""

    organisation_id: int
    document_id: int
    token: str

    def update(self, **values: Any) -> None:
        """Change the document, inside the open scope, if the lease still holds.

        Raises:
            LeaseLost: it does not.
        """
        rows = Document.objects.for_organisation(self.organisation_id).filter(pk=self.document_id)
        change(rows, _DOCUMENT, self.token, **values)

    def write(self, **values: Any) -> None:
        """The same in a transaction of its own."""
        with tenant_scope(self.organisation_id, durable=True):
            commit_without_waiting()
            self.update(**values)


def claim(*, organisation_id: int, document_id: str, states: Sequence[str]) -> Lease | None:
    """Take the lease of a document that waits, or whose last holder has died.

    Args:
        document_id: public id.

    Returns:
        None where there is nothing to do: no such document here, another state, or somebody works on it.
    """
    with tenant_scope(organisation_id, durable=True):
        commit_without_waiting()
        rows = Document.objects.for_organisation(organisation_id)
        taken = take(rows.filter(public_id=document_id, state__in=states), _DOCUMENT, lasting=LEASE)
    return Lease(organisation_id, *taken) if taken else None


@contextmanager
def kept(lease: Renewable) -> Iterator[threading.Event]:
    """Renew a lease from a thread while the block works; yields an event that is set once the lease is lost."""
    lost, finished = threading.Event(), threading.Event()
    thread = threading.Thread(target=_renew, args=(lease, lost, finished), name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        finished.set()
        thread.join()


def _renew(lease: Renewable, lost: threading.Event, finished: threading.Event) -> None:
    while not finished.wait(BEAT_SECONDS):
        try:
            lease.write(lease_until=timezone.now() + LEASE)
        except LeaseLost:
            lost.set()
            return
        except Error:  # tried again at the next beat, long before the lease runs out
            logger.warning("lease_not_renewed", lease=repr(lease))
        finally:
            connection.close()
