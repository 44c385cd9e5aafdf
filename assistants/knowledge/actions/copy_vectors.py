"""Copy documents' vectors from one store to another, and compare."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q
from django.utils import timezone

from assistants.knowledge.actions.place_document import give_back, put_vectors
from assistants.knowledge.leases import LeaseLost, claim, kept
from assistants.knowledge.models import Document, Placement
from assistants.knowledge.vectors.adapters.pgvector import PgvectorStore
from assistants.knowledge.vectors.choice import PGVECTOR, chosen_name
from assistants.knowledge.vectors.keys import tenant_of
from assistants.knowledge.vectors.port import Chunk, VectorStore, VectorStoreError
from assistants.knowledge.vectors.verification import Verification, verify_document, verify_questions
from kernel.tenancy import across_organisations

REASON = "the operator moves vectors of every organisation to another store"
PAGE = 500


@dataclass(slots=True)
class Copied:
    """How far a copy has come. Counts of documents, but for `vectors`.

    Attributes:
        there: were there already. busy: somebody else works on them. mended: the store that they were copied from did
            not hold them whole, so that they were read from the database.
    """

    total: int = 0
    done: int = 0
    there: int = 0
    busy: int = 0
    mended: int = 0
    vectors: int = 0
    verified: Verification = field(default_factory=Verification)


Progress = Callable[[Copied], None]


def copy_vectors(
    *,
    origin: VectorStore,
    target: VectorStore,
    organisation_id: int | None,
    copies: bool,
    again: bool,
    progress: Progress,
) -> Copied:
    """Bring every ready document's vectors from one store to another; then compare the target with the database.

    Documents that the target holds whole are left alone, so that a copy that was interrupted goes on where it was. If the
    target is this deployment's store, it answers for each document as soon as that is there.

    Args:
        organisation_id: primary key; None for all.
        copies: False only compares.
        again: copies what is noted as being there, too: for a store that has lost it.
        progress: is called after every document.

    Raises:
        VectorStoreError: a store failed. What was copied stays.
    """
    copied = Copied(total=sum(1 for _ in _documents(organisation_id)))
    if copies and target.name != PGVECTOR:
        for document in _documents(organisation_id):
            if not again and _is_there(document, target):
                copied.there += 1
            else:
                _copy(document, origin, target, copied)
            copied.done += 1
            progress(copied)
    # A move home copies nothing: what is compared is the store that is left.
    compared = origin if target.name == PGVECTOR else target
    if compared.name != PGVECTOR:
        _verify(compared, organisation_id, copied)
    return copied


def erase_everything(*, store: VectorStore, organisation_id: int | None) -> int:
    """Let a store that was left be erased, document by document, by the job that does so; returns how many there are."""
    with across_organisations(reason=REASON, durable=True):
        rows = Placement.objects.filter(store=store.name, erase_at=None)
        if organisation_id is not None:
            rows = rows.filter(organisation_id=organisation_id)
        keys = list(rows.values_list("document_id", flat=True))
        Document.objects.across_organisations(reason=REASON).filter(
            pk__in=keys, vector_store=store.name
        ).update(vector_store="")
        return rows.update(erase_at=timezone.now(), embedder="")


def _documents(organisation_id: int | None) -> Iterator[Document]:
    """Ready documents with vectors, by organisation and set."""
    last = (0, 0, 0)
    while True:
        with across_organisations(reason=REASON, durable=True):
            page = _page(organisation_id, last)
        yield from page
        if len(page) < PAGE:
            return
        last = (page[-1].organisation_id, page[-1].source_set_id, page[-1].pk)


def _page(organisation_id: int | None, last: tuple[int, int, int]) -> list[Document]:
    rows = Document.objects.across_organisations(reason=REASON).filter(
        state=Document.State.READY, passages__gt=0
    )
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    organisation, source_set, document = last
    after = (
        Q(organisation__gt=organisation)
        | Q(organisation=organisation, source_set__gt=source_set)
        | Q(organisation=organisation, source_set=source_set, pk__gt=document)
    )
    return list(
        rows.filter(after).exclude(embedder="").order_by("organisation_id", "source_set_id", "pk")[:PAGE]
    )


def _copy(document: Document, origin: VectorStore, target: VectorStore, copied: Copied) -> None:
    states = (Document.State.READY,)
    lease = claim(organisation_id=document.organisation_id, document_id=document.public_id, states=states)
    if lease is None:
        copied.busy += 1
        return
    try:
        with kept(lease) as lost:
            brought = _brought(document, origin, copied)
            answers = target.name == chosen_name()
            copied.vectors += put_vectors(lease, target, lost, answers=answers, brought=brought)
    except LeaseLost:
        copied.busy += 1
    except BaseException:
        give_back(lease)
        raise


def _is_there(document: Document, target: VectorStore) -> bool:
    with across_organisations(reason=REASON, durable=True):
        return Placement.objects.filter(
            store=target.name, document_id=document.pk, embedder=document.embedder, erase_at=None
        ).exists()


def _brought(document: Document, origin: VectorStore, copied: Copied) -> Sequence[Chunk]:
    """The document's chunks as the origin holds them; empty where they are to be read from the database."""
    if origin.name == PGVECTOR:
        return ()
    tenant, name = tenant_of(document.organisation_id), str(document.pk)
    expected = PgvectorStore().count(tenant, name)
    try:
        chunks = origin.sample(tenant, name, expected)
    except VectorStoreError:
        chunks = []
    if len({chunk.id for chunk in chunks}) == expected:
        return chunks
    copied.mended += 1
    return ()


def _verify(store: VectorStore, organisation_id: int | None, copied: Copied) -> None:
    documents = (one for one in _documents(organisation_id) if _is_there(one, store))
    sets = groupby(documents, key=lambda one: (one.organisation_id, one.source_set_id))
    for (organisation, source_set), group in sets:
        by_embedder: dict[str, list[int]] = {}
        for document in group:
            verify_document(store, document, copied.verified)
            by_embedder.setdefault(document.embedder, []).append(document.pk)
        for keys in by_embedder.values():
            verify_questions(store, organisation, source_set, keys, copied.verified)
