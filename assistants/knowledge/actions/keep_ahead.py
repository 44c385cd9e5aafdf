"""Give a document that has just been read the vectors that came after its words."""

from assistants.knowledge.actions.end_document import end_well
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import Ahead
from assistants.knowledge.leases import Lease
from assistants.knowledge.models import Document
from assistants.knowledge.queries import missing_vectors
from assistants.knowledge.storing import join_vectors
from kernel.tenancy import tenant_scope


def keep_ahead(lease: Lease, ahead: Ahead) -> None:
    """Join the vectors that are not there yet, in their order; the document is ready, or what is missing is queued.

    Raises:
        LeaseLost: somebody else works on it by now.
    """
    vectors = ahead.vectors()
    with tenant_scope(lease.organisation_id, durable=True):
        document: Document = Document.objects.for_organisation(lease.organisation_id).get(
            pk=lease.document_id
        )
        missing = missing_vectors(document)
        late = vectors[document.passages - len(missing) :]
        lease.update(done=len(vectors), embedder=ahead.model.name)
        if len(late):
            join_vectors(lease.document_id, missing[: len(late)], late)
        if len(vectors) == document.passages:
            end_well(lease)
        else:
            document.refresh_from_db()
            queue_document(document)
