"""Give a document that has just been read the vectors that came after its words."""

from django.db.models import F

from assistants.knowledge.actions.end_document import end_well
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import Ahead
from assistants.knowledge.costs import Tariff, charge
from assistants.knowledge.embedders import serves
from assistants.knowledge.leases import Lease
from assistants.knowledge.models import Document
from assistants.knowledge.queries import missing_vectors
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.storing import join_vectors
from kernel.db import commit_without_waiting
from kernel.tenancy import tenant_scope


def keep_ahead(lease: Lease, ahead: Ahead, tariff: Tariff) -> None:
    """Join the vectors that are not there yet, in their order; the document is ready, or what is missing is queued.

    Raises:
        LeaseLost: somebody else works on it by now.
    """
    vectors, calls = ahead.vectors(), ahead.calls()
    with tenant_scope(lease.organisation_id, durable=True):
        commit_without_waiting()
        write_on_shelf(organisation_id=lease.organisation_id, documents=[lease.document_id])
        document: Document = Document.objects.for_organisation(lease.organisation_id).get(
            pk=lease.document_id
        )
        serving = serves(
            ahead.model.name,
            organisation_id=lease.organisation_id,
            source_set_id=document.source_set_id,
        )
        missing = missing_vectors(document)
        late = vectors[document.passages - len(missing) :] if serving else vectors[:0]
        lease.update(
            done=document.passages - len(missing) + len(late),
            cost=F("cost") + charge(tariff, calls),
        )
        if len(late):
            join_vectors(lease.document_id, missing[: len(late)], late)
        if len(late) == len(missing):
            end_well(lease)
        else:
            document.refresh_from_db()
            queue_document(document)
