"""Give a document that has just been read the vectors that were made ahead."""

from assistants.knowledge.actions.end_document import end_well
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import Ahead
from assistants.knowledge.leases import Lease
from assistants.knowledge.models import Document
from assistants.knowledge.queries import missing_vectors
from assistants.knowledge.storing import join_vectors
from kernel.tenancy import tenant_scope


def keep_ahead(lease: Lease, ahead: Ahead) -> None:
    """Join the vectors to the passages, in their order; the document is ready, or what is missing is queued.

    Raises:
        LeaseLost: somebody else works on it by now.
    """
    vectors = ahead.vectors()
    with tenant_scope(lease.organisation_id, durable=True):
        document: Document = Document.objects.for_organisation(lease.organisation_id).get(
            pk=lease.document_id
        )
        lease.update(done=len(vectors), embedder=ahead.model.name)
        if vectors:
            join_vectors(lease.document_id, missing_vectors(document)[: len(vectors)], vectors)
        if len(vectors) == document.passages:
            end_well(lease)
        else:
            document.refresh_from_db()
            queue_document(document)
