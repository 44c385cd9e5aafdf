"""Give a document's passages their vectors."""

import threading
import time

import structlog
from django.db.models import F

from assistants.knowledge.actions.end_document import end_well, fail_document, postpone_document
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import embedding_text
from assistants.knowledge.leases import Lease, LeaseLost, claim, kept
from assistants.knowledge.models import Document
from assistants.knowledge.queries import missing_vectors, passage_texts
from assistants.knowledge.storing import forget_vectors, join_vectors
from kernel.tenancy import tenant_scope
from providers.errors import ProviderBadRequest, ProviderError, ProviderUnauthorised
from providers.gateway import embedder
from providers.ports import Embedder, Vectors

SLICE_SECONDS = 120.0  # then other documents have their turn
WRITE_SECONDS = 0.7  # about how long a batch takes, whatever the model: progress is seen, and little is lost
FIRST_BATCH, SMALLEST, LARGEST = 16, 4, 1024
GROWTH = 32  # at most, from one batch to the next
logger = structlog.get_logger(__name__)


def embed_document(*, organisation_id: int, document_id: str) -> None:
    """Embed the passages that have no vector yet, batch by batch; each batch is kept as soon as it is there.

    Does nothing where somebody else works on it. Failures are kept with the document.

    Args:
        document_id: public id.
    """
    states = (Document.State.EMBEDDING,)
    lease = claim(organisation_id=organisation_id, document_id=document_id, states=states)
    if lease is None:
        return
    try:
        with kept(lease) as lost:
            _embed(lease, lost)
    except LeaseLost:
        logger.info("document_taken_over", document=document_id)
    except (ProviderUnauthorised, ProviderBadRequest) as error:
        fail_document(lease, error.code)
    except ProviderError as error:
        postpone_document(lease, error.code)
    except Exception:
        postpone_document(lease, "gave_up")
        raise


def _embed(lease: Lease, lost: threading.Event) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        model = embedder()
        missing = _begin(lease, model)
    done, started, size = 0, time.monotonic(), FIRST_BATCH
    while done < len(missing) and not lost.is_set():
        if time.monotonic() - started > SLICE_SECONDS:
            _queue_rest(lease)
            return
        batch = missing[done : done + size]
        with tenant_scope(lease.organisation_id, durable=True):
            texts = [
                embedding_text(heading, text) for heading, text in passage_texts(lease.organisation_id, batch)
            ]
        began = time.monotonic()
        vectors = model.passages(texts)
        size = _next_size(len(batch), time.monotonic() - began)
        _keep(lease, batch, vectors)
        done += len(batch)
    if not lost.is_set():
        _ready(lease)


def _begin(lease: Lease, model: Embedder) -> list[int]:
    """Note the model; vectors of another one are of no use and are made again. Returns the passages without one."""
    document: Document = Document.objects.for_organisation(lease.organisation_id).get(pk=lease.document_id)
    if document.embedder not in ("", model.name):
        forget_vectors(document)
    missing = missing_vectors(document)
    lease.update(embedder=model.name, done=document.passages - len(missing))
    return missing


def _next_size(size: int, seconds: float) -> int:
    fitting = int(size * WRITE_SECONDS / max(seconds, 0.001))
    return max(SMALLEST, min(LARGEST, fitting, size * GROWTH))


def _keep(lease: Lease, ids: list[int], vectors: Vectors) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(done=F("done") + len(ids), attempts=0)
        join_vectors(lease.document_id, ids, vectors)


def _queue_rest(lease: Lease) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(attempts=0)
        queue_document(Document.objects.for_organisation(lease.organisation_id).get(pk=lease.document_id))


def _ready(lease: Lease) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        end_well(lease)
