"""Bring a document's vectors to the store outside."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from django.utils import timezone

from assistants.knowledge.leases import Lease, LeaseLost, claim, kept
from assistants.knowledge.models import Document, Placement
from assistants.knowledge.vectors.choice import open_store, outside_name
from assistants.knowledge.vectors.condition import note_failure, note_success
from assistants.knowledge.vectors.keys import PAGE, chunks_after, tenant_of
from assistants.knowledge.vectors.port import Chunk, VectorStore, VectorStoreError, parts
from kernel.tenancy import tenant_scope

PAUSE = timedelta(seconds=60)
logger = structlog.get_logger(__name__)


def place_document(*, organisation_id: int, document_id: str) -> None:
    """Copy a ready document's vectors to the store outside, which answers for it from then on.

    Whatever the store held of it is deleted before. Does nothing where somebody else works on the document, or where no
    store is configured. Where the store fails, the document waits, and PostgreSQL goes on answering for it.

    Args:
        document_id: public id.
    """
    name = outside_name()
    if not name:
        return
    lease = claim(organisation_id=organisation_id, document_id=document_id, states=(Document.State.READY,))
    if lease is None:
        return
    try:
        with kept(lease) as lost:
            put_vectors(lease, open_store(name), lost, answers=True)
        note_success(name)
    except LeaseLost:
        logger.info("document_taken_over", document=document_id)
    except VectorStoreError as error:
        note_failure(name, str(error))
        give_back(lease)
    except Exception:
        give_back(lease)
        raise


def put_vectors(
    lease: Lease,
    store: VectorStore,
    lost: threading.Event,
    *,
    answers: bool,
    brought: Sequence[Chunk] = (),
) -> int:
    """Copy the leased document's vectors into a store, give the lease back and return how many there were.

    Args:
        answers: whether this store is to answer for the document from now on.
        brought: all of the document's chunks, from another store; by default they are read from the database.

    Raises:
        LeaseLost: somebody else works on it, or it is gone.
        VectorStoreError: the store failed; the lease is still held.
    """
    document = _begin(lease, store)
    tenant = tenant_of(lease.organisation_id)
    store.delete_document(tenant, str(document.pk))
    dim, stored = 0, 0
    for chunks in parts(brought, PAGE) if brought else _pages(lease, document):
        if len(chunks[0].vector) != dim:
            dim = len(chunks[0].vector)
            store.ensure(tenant, dim)
        store.upsert(tenant, chunks)
        stored += len(chunks)
        if lost.is_set():
            raise LeaseLost
    _end(lease, store, document, answers=answers)
    return stored


def give_back(lease: Lease) -> None:
    """Let the document wait before the next attempt; there is no last one."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id)
        rows.filter(pk=lease.document_id, lease=lease.token).update(
            lease="", lease_until=timezone.now() + PAUSE, attempts=0
        )


def _begin(lease: Lease, store: VectorStore) -> Document:
    """Note that vectors may lie there, before the first one does."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id)
        document: Document | None = rows.filter(pk=lease.document_id, lease=lease.token).first()
        if document is None:
            raise LeaseLost
        Placement.objects.update_or_create(
            store=store.name,
            document_id=document.pk,
            defaults={"organisation_id": document.organisation_id, "embedder": "", "erase_at": None},
        )
    return document


def _pages(lease: Lease, document: Document) -> Iterator[list[Chunk]]:
    last = 0
    while True:
        with tenant_scope(lease.organisation_id, durable=True):
            lease.update(attempts=1)  # and so asks whether the document is still there, and ours
            chunks = chunks_after(document, last)
        if not chunks:
            return
        yield chunks
        last = int(chunks[-1].id)


def _end(lease: Lease, store: VectorStore, document: Document, *, answers: bool) -> None:
    """The store holds everything, unless another model's vectors have come in the meantime."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id)
        changes = {"vector_store": store.name} if answers else {}
        unchanged = rows.filter(
            pk=document.pk, lease=lease.token, state=Document.State.READY, embedder=document.embedder
        )
        if not unchanged.update(lease="", lease_until=None, attempts=0, **changes):
            raise LeaseLost
        Placement.objects.filter(store=store.name, document_id=document.pk).update(embedder=document.embedder)
