"""Reads of knowledge. All of them run inside the open organisation's scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BigIntegerField, Case, Count, OuterRef, Q, QuerySet, Subquery, Sum, When

from assistants.knowledge.models import Document, Passage, SharedSource, Source, SourceSet
from assistants.turns.plan import KnowledgeScope
from kernel.errors import NotFound

GIVERS = 3


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the sources of a set; `size` in bytes, `working` and `failed` count sources."""

    sources: int
    pages: int
    passages: int
    tokens: int
    size: int
    working: int
    failed: int
    ready: int


def documents_by_state() -> list[tuple[str, int]]:
    """How many documents are in which state; of all organisations inside `across_organisations`."""
    counts = dict(Document.unscoped.values_list("state").order_by("state").annotate(count=Count("id")))
    return [(str(label), counts[state]) for state, label in Document.State.choices if state in counts]


def source_rows(source_set: SourceSet) -> QuerySet[Source]:
    """The sources of a set that are not removed, each with its newest document."""
    rows = Source.objects.for_organisation(source_set.organisation_id)
    return rows.filter(source_set=source_set, removed_at=None).select_related("document")


def answering_rows(source_set: SourceSet) -> QuerySet[Source]:
    """All sources that a set answers from: its own, those that it shares with others, and what these hold."""
    shared = SharedSource.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    keys = list(shared.values_list("source_id", flat=True))
    rows = Source.objects.for_organisation(source_set.organisation_id).filter(removed_at=None)
    mine = Q(source_set=source_set)
    if keys:
        mine |= Q(pk__in=keys) | Q(parent__in=keys)
    return rows.filter(mine).select_related("document")


def access_source(
    source_set: SourceSet, source_id: str, *, lock: bool = False, removed: bool = False
) -> Source:
    """One source of a set, by public id.

    Raises:
        NotFound: the set has no such source, or it is removed (or, with `removed`, it is not).
    """
    rows = Source.objects.for_organisation(source_set.organisation_id).select_related("document")
    rows = rows.filter(source_set=source_set, public_id=source_id, removed_at__isnull=not removed)
    found: Source | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def twin_of(source_set: SourceSet, sha256: str) -> Source | None:
    """The set's source whose present content is these bytes."""
    return source_rows(source_set).filter(document__sha256=sha256).order_by("pk").first()


def source_with_url(source_set: SourceSet, url: str) -> Source | None:
    """The set's source with this address."""
    return source_rows(source_set).filter(type=Source.Type.URL, url=url).first()


def totals(source_set: SourceSet) -> Totals:
    """Sums over the set's sources, in one statement."""
    unfinished, failed = Q(document__state__in=Document.UNFINISHED), Q(document__state=Document.State.FAILED)
    sums = source_rows(source_set).aggregate(
        sources=Count("pk"),
        pages=Sum("document__pages", default=0),
        passages=Sum("document__passages", default=0),
        tokens=Sum("document__tokens", default=0),
        size=Sum("document__size", default=0),
        working=Count("pk", filter=unfinished),
        failed=Count("pk", filter=failed),
        ready=Count("pk", filter=Q(document__state=Document.State.READY)),
    )
    return Totals(**sums)


def source_count(source_set: SourceSet) -> int:
    """How many sources a set answers from; those that another one holds count as one with it."""
    rows = answering_rows(source_set)
    return rows.filter(parent=None).count()


def manifest(source_set: SourceSet) -> tuple[int, ...]:
    """Primary keys of the documents that the set answers from: of each source its present one, if it can be searched."""
    newest = Document.objects.for_organisation(source_set.organisation_id).filter(
        source=OuterRef("pk"), searchable=True
    )
    # A source whose newest document is not searchable yet is still answered from the one before.
    present = Case(
        When(document__searchable=True, then="document_id"),
        default=Subquery(newest.order_by("-pk").values("pk")[:1]),
        output_field=BigIntegerField(),
    )
    rows = answering_rows(source_set).annotate(present=present)
    return tuple(rows.exclude(present=None).order_by("present").values_list("present", flat=True))


def scope_of(
    source_set: SourceSet, documents: Sequence[int], *, groups: tuple[int, ...] | None = None
) -> KnowledgeScope | None:
    """What is searched with a manifest: its documents, in the sets where they lie. None where there are none.

    Args:
        groups: those of the reader; None for somebody who builds.
    """
    if not documents:
        return None
    rows = Document.objects.for_organisation(source_set.organisation_id).filter(pk__in=documents)
    sets = {source_set.pk, *rows.order_by().values_list("source_set_id", flat=True).distinct()}
    return KnowledgeScope(source_set.organisation_id, tuple(sorted(sets)), tuple(documents), groups)


def documents_by_id(organisation_id: int, ids: Sequence[int]) -> list[Document]:
    """Documents of a manifest, in the order of their names."""
    rows = Document.objects.for_organisation(organisation_id).select_related("source")
    return list(rows.filter(pk__in=ids).order_by("name", "pk"))


def contents_of(organisation_id: int, ids: Sequence[int]) -> list[tuple[str, str]]:
    """Hash and title of each document of a manifest: what it says, wherever it is stored."""
    rows = Document.objects.for_organisation(organisation_id).filter(pk__in=ids)
    return list(rows.values_list("sha256", "name"))


def parsed_twin(document: Document) -> Document | None:
    """Another document of the organisation with the same bytes that has been read already."""
    rows = Document.objects.for_organisation(document.organisation_id).filter(
        sha256=document.sha256, format=document.format, searchable=True
    )
    return rows.exclude(pk=document.pk).order_by("-finished_at").first() if document.sha256 else None


def vector_givers(document: Document, model: str) -> list[int]:
    """Primary keys of documents whose passages a model has embedded and which may be the document's own: some of those with
    the same bytes, and the latest revisions of the same source."""
    rows = Document.objects.for_organisation(document.organisation_id).filter(embedder=model, searchable=True)
    rows = rows.exclude(pk=document.pk).order_by("-pk")
    before = rows.filter(source_id=document.source_id)[:GIVERS]
    alike = rows.filter(sha256=document.sha256)[:GIVERS] if document.sha256 else rows.none()
    return sorted({*before.values_list("pk", flat=True), *alike.values_list("pk", flat=True)})


def missing_vectors(document: Document) -> list[int]:
    """Primary keys of the document's passages that have no vector yet, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM knowledge_passagevector WHERE organisation_id = %s AND source_set_id = %s"
            " AND document_id = %s AND embedding IS NULL ORDER BY id",
            [document.organisation_id, document.source_set_id, document.pk],
        )
        return [key for (key,) in cursor.fetchall()]


def passage_texts(organisation_id: int, ids: Sequence[int]) -> list[tuple[str, str]]:
    """(heading, text) of passages, in the order of their keys."""
    rows = Passage.objects.for_organisation(organisation_id).filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("heading", "text"))
