"""Hand a document to the workers."""

from django.utils import timezone

from assistants.knowledge.leases import QUEUED
from assistants.knowledge.models import Document
from kernel.actions import assert_in_action
from kernel.jobs import enqueue_after_commit


def queue_document(document: Document) -> None:
    """Send the task for the document's next stage once the open transaction has committed.

    Should the task get lost, the sweeper sends it again.
    """
    assert_in_action()
    document.lease, document.lease_until = "", timezone.now() + QUEUED
    document.save(update_fields=["lease", "lease_until"])
    send_task(organisation_id=document.organisation_id, document_id=document.public_id, state=document.state)


def send_task(*, organisation_id: int, document_id: str, state: str) -> None:
    """Send the task that continues a document in this state."""
    task = "knowledge.embed_document" if state == Document.State.EMBEDDING else "knowledge.parse_document"
    enqueue_after_commit(task, organisation_id=organisation_id, document_id=document_id)
