"""Make the vectors of a set's next embedder, batch by batch, and let it serve once all are there."""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F, Q
from django.utils import timezone

from assistants.knowledge.actions.end_document import PAUSE, REST
from assistants.knowledge.actions.start_reembedding import TASK
from assistants.knowledge.actions.swap_embedder import swap_embedder, take_over_known
from assistants.knowledge.ahead import embedding_text
from assistants.knowledge.batches import FIRST_BATCH, SLICE_SECONDS, next_size
from assistants.knowledge.costs import Call, Tariff, call_made, charge, hold, likely_tokens, tariff_of
from assistants.knowledge.leases import LEASE, MAX_ATTEMPTS, QUEUED, LeaseLost, kept
from assistants.knowledge.models import Document, Passage, PendingVector, Reembedding, SourceSet
from assistants.knowledge.reembedding import missing_pending
from assistants.knowledge.storing import keep_pending
from billing.actions.reserve import AllowanceUsedUp
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import tenant_scope
from providers.catalogue import ModelNotFound
from providers.errors import ProviderBadRequest, ProviderError, ProviderUnauthorised
from providers.gateway import embedder
from providers.ports import Embedder, Vectors

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SetLease:
    """The right to work on one set's next vectors."""

    organisation_id: int
    key: int
    token: str

    def update(self, **values: Any) -> None:
        """Change the row, inside the open scope.

        Raises:
            LeaseLost: somebody else has the lease, or the work was stopped.
        """
        rows = Reembedding.objects.for_organisation(self.organisation_id)
        if not rows.filter(pk=self.key, lease=self.token).update(**values):
            raise LeaseLost

    def write(self, **values: Any) -> None:
        """The same in a transaction of its own."""
        with tenant_scope(self.organisation_id, durable=True):
            self.update(**values)


@dataclass(frozen=True, slots=True)
class _Work:
    source_set: SourceSet
    run: Reembedding
    model: Embedder
    tariff: Tariff


def reembed_set(*, organisation_id: int, source_set_id: str) -> None:
    """Go on with a set's next embedder for a while; whatever happens, the one that serves goes on serving.

    Does nothing where somebody else works on it, or nobody wants it any more.

    Args:
        source_set_id: public id.
    """
    lease = _claim(organisation_id, source_set_id)
    if lease is None:
        return
    try:
        with kept(lease) as lost:
            _work(lease, lost)
    except LeaseLost:
        logger.info("reembedding_taken_over", source_set=source_set_id)
    except (AllowanceUsedUp, ProviderUnauthorised, ProviderBadRequest, ModelNotFound) as error:
        _rest(lease, error.code, at_once=True)
    except ProviderError as error:
        _rest(lease, error.code)
    except Exception:
        _rest(lease, "gave_up")
        raise


def _claim(organisation_id: int, source_set_id: str) -> SetLease | None:
    token, now = secrets.token_hex(8), timezone.now()
    with tenant_scope(organisation_id, durable=True):
        rows = Reembedding.objects.for_organisation(organisation_id).filter(
            source_set__public_id=source_set_id
        )
        free = rows.filter(Q(lease="") | Q(lease_until__lt=now))
        if not free.update(lease=token, lease_until=now + LEASE, attempts=F("attempts") + 1):
            return None
        return SetLease(organisation_id, rows.values_list("pk", flat=True).get(), token)


def _work(lease: SetLease, lost: threading.Event) -> None:
    work = _begin(lease)
    last, size, started = 0, FIRST_BATCH, time.monotonic()
    while not lost.is_set():
        if time.monotonic() - started > SLICE_SECONDS:
            _queue_rest(lease, work.source_set)
            return
        with tenant_scope(lease.organisation_id, durable=True):
            batch = missing_pending(work.source_set, after=last, limit=size)
        if not batch:
            if _swapped(lease, work.source_set):
                return
            last = 0  # passages came meanwhile
            continue
        began = time.monotonic()
        _batch(lease, work, batch)
        last, size = batch[-1], next_size(len(batch), time.monotonic() - began)


def _begin(lease: SetLease) -> _Work:
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Reembedding.objects.for_organisation(lease.organisation_id).select_related("source_set")
        run: Reembedding = rows.get(pk=lease.key)
        source_set: SourceSet = run.source_set
        model = embedder(source_set.next_embedder)
        take_over_known(source_set)
        lease.update(done=_pending(source_set))
        tariff = tariff_of(model.name, organisation_id=lease.organisation_id, source_set_id=source_set.pk)
    return _Work(source_set, run, model, tariff)


def _pending(source_set: SourceSet) -> int:
    rows = PendingVector.objects.for_organisation(source_set.organisation_id)
    return rows.filter(source_set=source_set).count()


def _batch(lease: SetLease, work: _Work, batch: list[int]) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Passage.objects.for_organisation(lease.organisation_id).filter(pk__in=batch).order_by("pk")
        found = list(rows.values_list("pk", "document_id", "heading", "text"))
    texts = [embedding_text(heading, text) for _, _, heading, text in found]
    if not texts:
        return
    reference = f"{work.run.public_id}/{batch[0]}"
    hold(work.tariff, reference, likely_tokens(texts))
    made = work.model.embed(texts)
    documents = Counter(document for _, document, _, _ in found)
    _keep(
        lease,
        work,
        [key for key, *_ in found],
        made.vectors,
        call_made(reference, texts, made.tokens),
        documents,
    )


def _keep(
    lease: SetLease, work: _Work, ids: list[int], vectors: Vectors, call: Call, documents: Counter[int]
) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        cost = charge(work.tariff, [call])
        lease.update(done=F("done") + len(ids), cost=F("cost") + cost, attempts=0, error_code="")
        keep_pending(work.source_set, ids, vectors)
        for document, share in _shares(cost, documents):
            rows = Document.objects.for_organisation(lease.organisation_id).filter(pk=document)
            rows.update(cost=F("cost") + share)


def _shares(cost: int, documents: Counter[int]) -> list[tuple[int, int]]:
    """A cost by the passages that each document has of a batch; what does not divide is the first one's."""
    if not cost:
        return []
    shares = {document: cost * count // documents.total() for document, count in documents.items()}
    shares[next(iter(shares))] += cost - sum(shares.values())
    return sorted(shares.items())


def _swapped(lease: SetLease, source_set: SourceSet) -> bool:
    """Whether nothing is left to do for now."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = SourceSet.objects.for_organisation(lease.organisation_id)
        locked: SourceSet = rows.select_for_update().get(pk=source_set.pk)
        if locked.shelving_until and locked.shelving_until > timezone.now():
            # Its vectors are on their way to another shelf: what is swapped now would be left behind.
            lease.update(lease="", lease_until=timezone.now() + PAUSE, attempts=0)
            return True
        lease.update(lease_until=timezone.now() + LEASE)
        return swap_embedder(locked)


def _queue_rest(lease: SetLease, source_set: SourceSet) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(lease="", lease_until=timezone.now() + QUEUED, attempts=0)
        enqueue_after_commit(TASK, organisation_id=lease.organisation_id, source_set_id=source_set.public_id)


def _rest(lease: SetLease, code: str, *, at_once: bool = False) -> None:
    """Give the lease back: for a moment, or for long where that did not help or cannot help."""
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Reembedding.objects.for_organisation(lease.organisation_id).filter(
            pk=lease.key, lease=lease.token
        )
        attempts = rows.values_list("attempts", flat=True).first() or 0
        pause: timedelta = REST if at_once or attempts >= MAX_ATTEMPTS else PAUSE * attempts
        rows.update(
            lease="",
            lease_until=timezone.now() + pause,
            error_code=code,
            attempts=0 if pause == REST else attempts,
        )
