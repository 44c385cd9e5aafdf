"""Read a document: bytes → blocks → passages that words can find."""

import time
from dataclasses import dataclass, replace

import structlog
from django.utils import timezone

from assistants.knowledge.actions.end_document import fail_document, postpone_document
from assistants.knowledge.actions.keep_ahead import keep_ahead
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.ahead import Ahead, ahead_of
from assistants.knowledge.fetching import fetch_page
from assistants.knowledge.files import StoredFile, local_copy
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.leases import Lease, LeaseLost, claim, kept
from assistants.knowledge.models import Document, DocumentPage
from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.runner import ParsedFile, Progress, parse_file
from assistants.knowledge.passages import Paragraph, PassageDraft, paragraphs_of, passages_of
from assistants.knowledge.queries import parsed_twin
from assistants.knowledge.storing import copy_vectors, swap_in
from kernel.tenancy import tenant_scope
from providers.catalogue import ModelNotFound
from providers.gateway import embedder

PROGRESS_SECONDS = 0.5
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a document; `pages` counts them where the format has any."""

    paragraphs: list[Paragraph]
    passages: list[PassageDraft]
    pages: int | None
    twin: Document | None


def parse_document(*, organisation_id: int, document_id: str) -> None:
    """Take a waiting document as far as word search, and queue its embedding.

    Vectors that a server elsewhere makes are asked for while words are stored, and kept right after.
    Does nothing where somebody else works on it. Failures are kept with the document.

    Args:
        document_id: public id.
    """
    states = (Document.State.UPLOADED, Document.State.PARSING)
    lease = claim(organisation_id=organisation_id, document_id=document_id, states=states)
    if lease is None:
        return
    try:
        with kept(lease):
            _parse(lease)
    except ParsingFailed as failure:
        fail_document(lease, failure.code)
    except LeaseLost:
        logger.info("document_taken_over", document=document_id)
    except FileNotFoundError:
        fail_document(lease, "file_missing")
    except Exception:
        postpone_document(lease, "gave_up")
        raise


def _parse(lease: Lease) -> None:
    lease.write(state=Document.State.PARSING, done=0, total=0, unit="pages")
    document = _load(lease)
    if not document.storage_key:
        document = _fetch(lease, document)
    with tenant_scope(lease.organisation_id, durable=True):
        twin = parsed_twin(document)
        paragraphs = _paragraphs_of_twin(twin) if twin else []
    pages = twin.pages if twin else None
    if not paragraphs:
        parsed = _read(document, _progress(lease))
        paragraphs, pages = paragraphs_of(parsed.blocks), parsed.pages
    passages = list(passages_of(paragraphs))
    ahead = None if twin else _ahead(lease, passages)
    _finish(lease, document, Contents(paragraphs, passages, pages, twin), queue=ahead is None)
    if ahead is not None:
        keep_ahead(lease, ahead)


def _ahead(lease: Lease, passages: list[PassageDraft]) -> Ahead | None:
    try:
        with tenant_scope(lease.organisation_id, durable=True):
            model = embedder()
    except ModelNotFound:  # words are found without it; the embedding says why it fails
        return None
    return ahead_of(model, passages)


def _load(lease: Lease) -> Document:
    with tenant_scope(lease.organisation_id, durable=True):
        rows = Document.objects.for_organisation(lease.organisation_id).select_related(
            "organisation", "source"
        )
        document: Document | None = rows.filter(pk=lease.document_id, lease=lease.token).first()
    if document is None:
        raise LeaseLost
    return document


def _fetch(lease: Lease, document: Document) -> Document:
    stored: StoredFile = fetch_page(
        document.source.url, name=document.name, organisation_id=document.organisation.public_id
    )
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(
            name=stored.name,
            format=stored.format.name,
            media_type=stored.format.media_type,
            sha256=stored.sha256,
            size=stored.size,
            storage_key=stored.key,
        )
        document.source.name = stored.name
        document.source.save(update_fields=["name"])
    return _load(lease)


def _read(document: Document, progress: Progress) -> ParsedFile:
    with local_copy(document.storage_key) as path:
        return parse_file(path, format=BY_NAME[document.format].name, progress=progress)


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
        for number, start, _end, heading, text in page.paragraphs:
            known = paragraphs_of([Block(text)])[0]
            found.append(
                replace(
                    known,
                    start=start,
                    section=page.number,
                    page=number_of_page,
                    number=number,
                    heading=heading or "",
                )
            )
    return found


def _finish(lease: Lease, document: Document, contents: Contents, *, queue: bool) -> None:
    passages, twin = contents.passages, contents.twin
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(
            state=Document.State.EMBEDDING,
            searchable=True,
            attempts=0,
            done=0,
            total=len(passages),
            unit="passages",
            pages=contents.pages,
            passages=len(passages),
            characters=contents.paragraphs[-1].end,
            tokens=sum(passage.tokens for passage in passages),
            parsed_at=timezone.now(),
            error_code="",
        )
        swap_in(document, contents.paragraphs, passages)
        if twin is not None and twin.embedder:
            lease.update(done=copy_vectors(document, twin), embedder=twin.embedder)
        if queue:
            document.refresh_from_db()
            queue_document(document)
