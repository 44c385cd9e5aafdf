"""The ends of work on a document."""

import time
from contextlib import suppress
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from assistants.knowledge.leases import MAX_ATTEMPTS, Lease, LeaseLost
from assistants.knowledge.models import Document
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope

PAUSE = timedelta(seconds=15)
REST = timedelta(hours=1)
LOOKS, LOOK_SECONDS = 10, 0.5  # for a database that is starting again


def end_well(lease: Lease) -> None:
    """Every passage has its vector: the document is ready, in the open transaction.

    Raises:
        LeaseLost: somebody else works on it by now.
    """
    lease.update(
        state=Document.State.READY,
        lease="",
        lease_until=None,
        attempts=0,
        error_code="",
        finished_at=timezone.now(),
    )


def fail_document(lease: Lease, code: str) -> None:
    """End the work with a reason; what the document holds already stays searchable."""
    with suppress(LeaseLost), tenant_scope(lease.organisation_id, durable=True):
        lease.update(
            state=Document.State.FAILED,
            error_code=code,
            lease="",
            lease_until=None,
            finished_at=timezone.now(),
        )
        announce_failure(Document.objects.for_organisation(lease.organisation_id).get(pk=lease.document_id))


def announce_failure(document: Document) -> None:
    """Say that a document ended failed, in the transaction in which it does."""
    facts = {"document": document.public_id, "source_set": document.source_set.public_id}
    publish_event(document.organisation, "document.failed", facts)


def await_allowance(lease: Lease) -> None:
    """Let the work rest until the organisation may spend something again; it is tried from time to time, or at once where
    somebody asks for it."""
    with suppress(LeaseLost):
        lease.write(lease="", lease_until=timezone.now() + REST, attempts=0, error_code=Document.NO_ALLOWANCE)


def give_back(lease: Lease) -> None:
    """Give the lease back after the database went away: that was not the document's fault, and is no attempt.

    Where it stays away for longer, the lease runs out by itself.
    """
    for _ in range(LOOKS):
        connection.close()
        try:
            lease.write(lease="", lease_until=timezone.now(), attempts=Greatest(F("attempts"), 1) - 1)
            return
        except LeaseLost:
            return
        except (OperationalError, InterfaceError):
            time.sleep(LOOK_SECONDS)


def postpone_document(lease: Lease, code: str) -> None:
    """Give the lease back for another attempt after a pause, or fail with this code after the last one."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id).filter(
            pk=lease.document_id, lease=lease.token
        )
        document: Document | None = rows.select_for_update().first()
        if document is None:
            return
        document.lease, document.error_code = "", code
        document.lease_until = timezone.now() + PAUSE * document.attempts
        if document.attempts >= MAX_ATTEMPTS:
            document.state, document.finished_at = Document.State.FAILED, timezone.now()
        document.save(update_fields=["lease", "error_code", "lease_until", "state", "finished_at"])
        if document.state == Document.State.FAILED:
            announce_failure(document)
