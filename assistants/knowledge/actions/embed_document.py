"""Give a document's passages their vectors."""

import threading
import time
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import F

from assistants.knowledge.actions.end_document import (
    await_allowance,
    end_well,
    fail_document,
    give_back,
    postpone_document,
)
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import embedding_text
from assistants.knowledge.batches import FIRST_BATCH, SLICE_SECONDS, next_size
from assistants.knowledge.costs import Call, Tariff, call_made, charge, hold, likely_tokens, tariff_of
from assistants.knowledge.embedders import embedder_of, serves
from assistants.knowledge.leases import Lease, LeaseLost, claim, kept
from assistants.knowledge.models import Document
from assistants.knowledge.queries import missing_vectors, passage_texts
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.storing import join_vectors
from billing.actions.reserve import AllowanceUsedUp
from kernel.tenancy import tenant_scope
from providers.catalogue import ModelNotFound
from providers.errors import ProviderBadRequest, ProviderError, ProviderUnauthorised
from providers.ports import Embedder, Vectors

logger = structlog.get_logger(__name__)


class EmbedderChanged(Exception):
    """Another model serves the set by now: these vectors are of no use."""


@dataclass(frozen=True, slots=True)
class _Work:
    document: Document
    model: Embedder
    tariff: Tariff
    missing: list[int]


def embed_document(*, organisation_id: int, document_id: str) -> bool:
    """Embed the passages that have no vector yet, batch by batch; each batch is kept as soon as it is there.

    Does nothing where somebody else works on it, and returns False. Failures are kept with the document.

    Args:
        document_id: public id.
    """
    states = (Document.State.EMBEDDING,)
    lease = claim(organisation_id=organisation_id, document_id=document_id, states=states)
    if lease is None:
        return False
    try:
        with kept(lease) as lost:
            _embed(lease, lost)
    except LeaseLost:
        logger.info("document_taken_over", document=document_id)
    except AllowanceUsedUp:
        await_allowance(lease)
    except EmbedderChanged:
        _queue_rest(lease)
    except (ProviderUnauthorised, ProviderBadRequest, ModelNotFound) as error:
        fail_document(lease, error.code)
    except ProviderError as error:
        postpone_document(lease, error.code)
    except (OperationalError, InterfaceError):
        give_back(lease)
        raise
    except Exception:
        postpone_document(lease, "gave_up")
        raise
    return True


def _embed(lease: Lease, lost: threading.Event) -> None:
    work = _begin(lease)
    done, started, size = 0, time.monotonic(), FIRST_BATCH
    while done < len(work.missing) and not lost.is_set():
        if time.monotonic() - started > SLICE_SECONDS:
            _queue_rest(lease)
            return
        batch = work.missing[done : done + size]
        began = time.monotonic()
        _batch(lease, work, batch)
        size = next_size(len(batch), time.monotonic() - began)
        done += len(batch)
    if not lost.is_set():
        _ready(lease)


def _begin(lease: Lease) -> _Work:
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id).select_related("source_set")
        document: Document = rows.get(pk=lease.document_id)
        model = embedder_of(document.source_set)
        if not serves(
            model.name, organisation_id=lease.organisation_id, source_set_id=document.source_set_id
        ):
            raise EmbedderChanged
        missing = missing_vectors(document)
        lease.update(embedder=model.name, done=document.passages - len(missing))
        tariff = tariff_of(
            model.name, organisation_id=lease.organisation_id, source_set_id=document.source_set_id
        )
    return _Work(document, model, tariff, missing)


def _batch(lease: Lease, work: _Work, batch: list[int]) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        found = passage_texts(lease.organisation_id, batch)
    texts = [embedding_text(heading, text) for heading, text in found]
    # Named by its first passage: whoever makes this batch again after a crash makes the same call.
    reference = f"{work.document.public_id}/embedding/{batch[0]}"
    hold(work.tariff, reference, likely_tokens(texts))
    made = work.model.embed(texts)
    _keep(lease, work, batch, made.vectors, call_made(reference, texts, made.tokens))


def _keep(lease: Lease, work: _Work, ids: list[int], vectors: Vectors, call: Call) -> None:
    """Charge the call, and join its vectors where the model still serves the set."""
    organisation_id, set_id = lease.organisation_id, work.document.source_set_id
    with tenant_scope(organisation_id, durable=True):
        write_on_shelf(organisation_id=organisation_id, documents=[lease.document_id])
        serving = serves(work.model.name, organisation_id=organisation_id, source_set_id=set_id)
        cost = charge(work.tariff, [call])
        lease.update(done=F("done") + len(ids) * serving, cost=F("cost") + cost, attempts=0, error_code="")
        if serving:
            join_vectors(lease.document_id, ids, vectors)
    if not serving:
        raise EmbedderChanged


def _queue_rest(lease: Lease) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(attempts=0)
        queue_document(Document.objects.for_organisation(lease.organisation_id).get(pk=lease.document_id))


def _ready(lease: Lease) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        end_well(lease)
