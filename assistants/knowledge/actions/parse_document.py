"""Read a document: bytes → blocks → passages that words can find."""

import time
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone

from assistants.knowledge.actions.end_document import (
    end_well,
    fail_document,
    give_back,
    postpone_document,
)
from assistants.knowledge.actions.keep_ahead import keep_ahead
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.actions.unpack_archive import unpack_archive
from assistants.knowledge.ahead import NO_VECTORS, Ahead, asked_ahead
from assistants.knowledge.contents import Contents
from assistants.knowledge.costs import Tariff, charge, count_recognised, hold, tariff_of
from assistants.knowledge.embedders import embedder_of, serves
from assistants.knowledge.fetching import fetch_page
from assistants.knowledge.files import local_copy
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.leases import Lease, LeaseLost, claim, kept
from assistants.knowledge.models import Document, DocumentPage
from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.runner import Parsing, Progress
from assistants.knowledge.passages import Paragraph, paragraphs_of, passages_of
from assistants.knowledge.queries import parsed_twin, vector_givers
from assistants.knowledge.room import KnowledgeFull, bytes_left, guard_room
from assistants.knowledge.shelves.lock import write_on_shelf
from assistants.knowledge.storing import copy_vectors, swap_in
from kernel.db import commit_without_waiting
from kernel.tenancy import tenant_scope
from organisations.policy import policy_of
from providers.catalogue import ModelNotFound
from providers.ports import Embedder

PROGRESS_SECONDS = 0.5
AHEAD_SECONDS = 0.25  # that words wait for vectors which are about to be there: both are then written once
logger = structlog.get_logger(__name__)


def parse_document(*, organisation_id: int, document_id: str) -> bool:
    """Take a waiting document as far as word search, and queue its embedding.

    Vectors that a server elsewhere makes are asked for while words are stored, and kept right after.
    Does nothing where somebody else works on it, and returns False. Failures are kept with the document.

    Args:
        document_id: public id.
    """
    states = (Document.State.UPLOADED, Document.State.PARSING)
    lease = claim(organisation_id=organisation_id, document_id=document_id, states=states)
    if lease is None:
        return False
    try:
        with kept(lease):
            _parse(lease)
    except ParsingFailed as failure:
        fail_document(lease, failure.code)
    except LeaseLost:
        logger.info("document_taken_over", document=document_id)
    except FileNotFoundError:
        fail_document(lease, "file_missing")
    except (OperationalError, InterfaceError):
        give_back(lease)
        raise
    except Exception:
        postpone_document(lease, "gave_up")
        raise
    return True


def _parse(lease: Lease) -> None:
    lease.write(state=Document.State.PARSING, done=0, total=0, unit="pages")
    document = _load(lease)
    if not document.storage_key:
        document = _fetch(lease, document)
    if document.format == "zip":
        unpack_archive(lease, document)
        return
    with tenant_scope(lease.organisation_id, durable=True):
        twin = parsed_twin(document)
        paragraphs = _paragraphs_of_twin(twin) if twin else []
        model = _model_of(document)
        tariff = None if paragraphs or model is None else _asking(document, model)
    with Contents(document.name) as contents:
        if twin and paragraphs:
            for passage in passages_of(contents.through(paragraphs)):
                contents.add(passage)
            contents.complete(twin.pages, known=twin.warnings)
            _finish(lease, document, contents, model)
        elif model is None or tariff is None:
            _read(document, contents, _progress(lease), None)
            _finish(lease, document, contents, model, read=True)
        else:
            _read_ahead(lease, document, contents, model, tariff)


def _read_ahead(
    lease: Lease, document: Document, contents: Contents, model: Embedder, tariff: Tariff
) -> None:
    with Ahead(model, reference=f"{document.public_id}/ahead", hold=partial(hold, tariff)) as ahead:
        _read(document, contents, _progress(lease), ahead)
        if not _finish(lease, document, contents, model, read=True, ahead=ahead, tariff=tariff):
            keep_ahead(lease, ahead, tariff)


def _model_of(document: Document) -> Embedder | None:
    try:
        return embedder_of(document.source_set)
    except ModelNotFound:  # words are found without it; the embedding says why it fails
        return None


def _asking(document: Document, model: Embedder) -> Tariff | None:
    """What it costs to ask for vectors while the document is read; None where that is of no use."""
    # Most passages of a new revision have their vectors already.
    if not asked_ahead(model) or vector_givers(document, model.name):
        return None
    organisation_id, set_id = document.organisation_id, document.source_set_id
    return tariff_of(model.name, organisation_id=organisation_id, source_set_id=set_id)


def _load(lease: Lease) -> Document:
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id).select_related(
            "organisation", "source", "source_set"
        )
        document: Document | None = rows.filter(pk=lease.document_id, lease=lease.token).first()
    if document is None:
        raise LeaseLost
    return document


def _fetch(lease: Lease, document: Document) -> Document:
    with tenant_scope(lease.organisation_id, durable=True):
        policy = policy_of(lease.organisation_id)
        room = bytes_left(document.organisation)
    fetched = fetch_page(
        document.source.url,
        name=document.name,
        organisation_id=document.organisation.public_id,
        policy=policy,
        room=None if room is None else room + document.size,
    )
    stored, known = fetched.stored, fetched.validators
    with tenant_scope(lease.organisation_id, durable=True):
        _guard(document, bytes=stored.size - document.size)
        lease.update(
            name=stored.name,
            format=stored.format.name,
            media_type=stored.format.media_type,
            sha256=stored.sha256,
            size=stored.size,
            storage_key=stored.key,
        )
        page = document.source
        page.name, page.etag, page.last_modified = stored.name, known.etag, known.last_modified
        page.synced_at = page.changed_at = timezone.now()
        page.save(update_fields=["name", "etag", "last_modified", "synced_at", "changed_at"])
    return _load(lease)


def _read(document: Document, contents: Contents, progress: Progress, ahead: Ahead | None) -> None:
    """Cut passages, find their words and ask for their vectors while the parser still reads."""
    with local_copy(document.storage_key) as path:
        parsing = Parsing(path, format=BY_NAME[document.format].name, progress=progress)
        for passage in passages_of(contents.through(paragraphs_of(parsing))):
            if ahead:
                ahead.add(passage)
            contents.add(passage)
    if ahead:
        ahead.complete()
    contents.complete(parsing.pages, parsing.notes)


def _progress(lease: Lease) -> Progress:
    told = 0.0

    def tell(done: int, total: int, unit: str) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            lease.write(done=done, total=total, unit=unit)

    return tell


def _paragraphs_of_twin(twin: Document) -> list[Paragraph]:
    """The same bytes were read before: their paragraphs, from the database."""
    rows = (
        DocumentPage.objects.for_organisation(twin.organisation_id).filter(document=twin).order_by("number")
    )
    found: list[Paragraph] = []
    for page in rows:
        number_of_page = page.number if twin.pages is not None else None
        boxes = page.boxes or [None] * len(page.paragraphs)
        for (number, start, _end, heading, text, kind), box in zip(page.paragraphs, boxes, strict=True):
            known = next(paragraphs_of([Block(text, kind=kind, box=tuple(box) if box else None)]))
            found.append(
                known._replace(
                    start=start,
                    section=page.number,
                    page=number_of_page,
                    number=number,
                    heading=heading or "",
                )
            )
    return found


def _finish(
    lease: Lease,
    document: Document,
    contents: Contents,
    model: Embedder | None,
    *,
    read: bool = False,
    ahead: Ahead | None = None,
    tariff: Tariff | None = None,
) -> bool:
    """Store the words, and the vectors that are there; True where that is all and the document is ready.

    `read`: the parser was at work, so that pages which it recognised are counted.
    What has no vector yet is queued, unless it is under way in `ahead`.

    Raises:
        ParsingFailed: the organisation may not keep so many passages.
    """
    vectors = ahead.vectors(within=AHEAD_SECONDS) if ahead else NO_VECTORS
    with tenant_scope(lease.organisation_id, durable=True):
        commit_without_waiting()  # were it lost, the document would still wait, and be read once more
        write_on_shelf(organisation_id=document.organisation_id, documents=[document.pk])
        _guard(document, passages=contents.passages - document.passages)
        serving = model is not None and serves(
            model.name, organisation_id=lease.organisation_id, source_set_id=document.source_set_id
        )
        if not serving:
            vectors = vectors[:0]
        whole = len(vectors) == contents.passages
        lease.update(
            **_found(document, contents), done=len(vectors), embedder=model.name if model and serving else ""
        )
        swap_in(document, contents, vectors)
        if read:
            count_recognised(document, contents.warnings)
        if model and serving and ahead is None:
            lease.update(done=copy_vectors(document, model.name))
        if ahead and tariff and whole:
            lease.update(cost=F("cost") + charge(tariff, ahead.calls()))
        if whole:
            end_well(lease)
        elif ahead is None:
            document.refresh_from_db()
            queue_document(document)
    return whole


def _guard(document: Document, **more: int) -> None:
    try:
        guard_room(document.organisation, **more)
    except KnowledgeFull as full:
        raise ParsingFailed(full.code) from None


def _found(document: Document, contents: Contents) -> dict[str, Any]:
    return {
        "state": Document.State.EMBEDDING,
        "searchable": True,
        "attempts": 0,
        "total": contents.passages,
        "unit": "passages",
        "pages": contents.pages,
        "page_kind": BY_NAME[document.format].page_kind,
        "warnings": contents.warnings,
        "passages": contents.passages,
        "characters": contents.characters,
        "tokens": contents.tokens,
        "parsed_at": timezone.now(),
        "error_code": "",
    }
