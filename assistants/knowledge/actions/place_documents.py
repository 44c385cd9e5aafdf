"""Find documents whose vectors are not in the store outside yet."""

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from assistants.knowledge.leases import QUEUED
from assistants.knowledge.models import Document
from assistants.knowledge.vectors.choice import open_store, outside_name
from assistants.knowledge.vectors.condition import note_failure, note_success
from assistants.knowledge.vectors.port import VectorStoreError
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations

REASON = "documents of every organisation are brought to the deployment's vector store"
AT_ONCE = 200
# Brought there before, as by a copy job: nothing is left but to say so.
ADOPT = """
UPDATE knowledge_document d SET vector_store = p.store FROM knowledge_placement p
WHERE p.document_id = d.id AND p.store = %s AND p.erase_at IS NULL AND p.embedder <> '' AND p.embedder = d.embedder
    AND d.state = 'ready' AND d.vector_store <> p.store
"""


def place_documents() -> None:
    """Ask the store for a sign of life, and queue documents that it does not hold; nothing where there is none outside."""
    name = outside_name()
    if not name:
        return
    try:
        open_store(name).check()
    except VectorStoreError as error:
        note_failure(name, str(error))
        return
    note_success(name)
    _queue(name)


def adopt_placements(store: str) -> None:
    """Let a store answer for all documents that it holds whole."""
    with across_organisations(reason=REASON, durable=True), connection.cursor() as cursor:
        cursor.execute(ADOPT, [store])


def _queue(name: str) -> None:
    adopt_placements(name)
    now = timezone.now()
    with across_organisations(reason=REASON, durable=True):
        rows = Document.objects.across_organisations(reason=REASON).filter(
            Q(vector_store__lt=name)
            | Q(vector_store__gt=name),  # which an index finds, as it does not "not equal"
            Q(lease_until=None) | Q(lease_until__lt=now),
            state=Document.State.READY,
        )
        due = list(rows.select_for_update(skip_locked=True).order_by("pk")[:AT_ONCE])
        for document in due:
            enqueue_after_commit(
                "knowledge.place_document",
                organisation_id=document.organisation_id,
                document_id=document.public_id,
            )
        keys = [document.pk for document in due]
        Document.objects.across_organisations(reason=REASON).filter(pk__in=keys).update(
            lease="", lease_until=now + QUEUED
        )
