"""How the knowledge of two versions differs: documents that came, went, or were replaced by another revision."""

from collections.abc import Iterator, Sequence

from assistants.building.comparison.results import DocumentChange, DocumentState, KnowledgeChange
from assistants.knowledge.models import Document
from assistants.knowledge.queries import documents_by_id


def compare_documents(organisation_id: int, before: Sequence[int], after: Sequence[int]) -> KnowledgeChange:
    """Compare two manifests, each the primary keys of its documents."""
    only_before = documents_by_id(organisation_id, sorted(set(before) - set(after)))
    only_after = documents_by_id(organisation_id, sorted(set(after) - set(before)))
    changes = sorted(_changes(only_before, only_after), key=lambda change: change.name)
    return KnowledgeChange(before=len(before), after=len(after), documents=changes)


def _changes(gone: list[Document], come: list[Document]) -> Iterator[DocumentChange]:
    left = list(gone)
    for document in come:
        former = _former(document, left)
        if former is None:
            yield DocumentChange(kind="added", after=_state(document))
            continue
        left.remove(former)
        if not _same_content(former, document):
            yield DocumentChange(kind="changed", before=_state(former), after=_state(document))
    for document in left:
        yield DocumentChange(kind="removed", before=_state(document))


def _former(document: Document, candidates: Sequence[Document]) -> Document | None:
    """What a document replaces: the revision of the same source, or else the one of the same name."""
    by_source = (other for other in candidates if other.source_id == document.source_id)
    by_name = (other for other in candidates if other.name == document.name)
    return next(by_source, None) or next(by_name, None)


def _same_content(one: Document, other: Document) -> bool:
    return bool(one.sha256) and (one.sha256, one.name) == (other.sha256, other.name)


def _state(document: Document) -> DocumentState:
    return DocumentState(
        id=document.public_id, name=document.name, pages=document.pages, passages=document.passages
    )
