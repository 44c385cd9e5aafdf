"""A source's own page, and how it was cut."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assistants.knowledge.cuts import cut_of
from assistants.knowledge.failures import failure_message
from assistants.knowledge.models import Document, Passage, Source, SourceSet
from assistants.knowledge.overview import tags_in_use
from assistants.knowledge.places import has_picture
from assistants.knowledge.presentation import warnings_shown
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.sharing import access_shared
from assistants.knowledge.source_kinds import kind_of
from assistants.knowledge.views.panel import children_context
from assistants.knowledge.views.rows import QUOTING, place_words, rows_of
from assistants.turns.plan import KnowledgeScope, RetrievedPassage
from organisations.actors import Actor
from organisations.queries import groups

REVISIONS = 20
FOUND = 12


def source_context(
    actor: Actor, source_set: SourceSet, source_id: str, base: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What the template `knowledge/source.html` needs; a shared source is shown, and set up where it belongs.

    Args:
        base: the address of the knowledge page.
        given: the page's query: `page` and `passage` open the cut there.

    Raises:
        NotFound: the set answers from no such source.
    """
    source = access_shared(source_set, source_id)
    [row] = rows_of(actor, source_set, [source])
    context: dict[str, Any] = {
        "base": base,
        "row": row,
        "quoting": [(value.value, label, value.label) for value, label in QUOTING.items()],
        "rhythms": Source.Rhythm.choices,
        "groups": groups(source_set.organisation),
        "audience": set(source.audience.values_list("group_id", flat=True)),
        "tags": tags_in_use(source_set),
        "revisions": _revisions(source),
        "warnings": _warnings(source, row.document),
        "has_origin": kind_of(source).look is not None and not row.shared,
        **cut_context(source, base, given),
    }
    if row.opens:
        context["inside"] = children_context(source_set, base, source, given.get("cursor"))
    return context


def cut_context(source: Source, base: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the template `knowledge/_cut.html` needs: one page of the source's text with its passages."""
    document, number = source.document, given.get("page", "")
    cut = cut_of(document, int(number) if number.isdigit() and len(number) < 9 else 1) if document else None
    return {
        "source": source,
        "document": document,
        "address": f"{base}/sources/{source.public_id}",
        "cut": cut,
        "cut_place": place_words(_kind(document), cut.number) if document and cut else "",
        "opened": given.get("passage", ""),
        "picture": cut.number if document and cut and has_picture(document, cut.number) else None,
    }


def found_context(source: Source, base: str, query: str) -> dict[str, Any]:
    """Passages of one source that fit a query, best first, each with where it stands."""
    found: list[RetrievedPassage] = []
    if source.document_id is not None:
        scope = KnowledgeScope(source.organisation_id, (source.source_set_id,), (source.document_id,), None)
        found = retrieve(scope, query, k=FOUND, budget_tokens=FOUND * 600)
    return {"query": query, "found": placed(source.organisation_id, found, base), "within": source}


def placed(organisation_id: int, found: Sequence[RetrievedPassage], base: str) -> list[dict[str, Any]]:
    """Passages that a search found, each with the address at which it is seen in its cut."""
    rows = Passage.objects.for_organisation(organisation_id).select_related("document__source")
    by_id = {row.public_id: row for row in rows.filter(public_id__in=[passage.id for passage in found])}
    # One that is missing here was cut again meanwhile.
    return [_placed(passage, by_id[passage.id], base) for passage in found if passage.id in by_id]


def _placed(passage: RetrievedPassage, row: Passage, base: str) -> dict[str, Any]:
    source = row.document.source
    return {
        "passage": passage,
        "number": row.ordinal + 1,
        "kind": row.kind,
        "label": row.get_kind_display(),
        "source": source,
        "place": place_words(_kind(row.document), row.section),
        "address": f"{base}/sources/{source.public_id}?page={row.section}&passage={row.public_id}#cut",
    }


def _warnings(source: Source, document: Document) -> list[str]:
    """What is odd about its text, and why its origin could not be looked at."""
    told = [one["message"] for one in warnings_shown(document)]
    if source.sync_error and source.sync_error != "connection_missing":  # that one has a notice of its own
        told.insert(
            0, _("The last look at its origin failed. %(why)s") % {"why": failure_message(source.sync_error)}
        )
    return told


def _kind(document: Document) -> str:
    return str(document.page_kind) if document.pages is not None else "section"


def _revisions(source: Source) -> list[Document]:
    rows = Document.objects.for_organisation(source.organisation_id).filter(source=source)
    return list(rows.order_by("-pk")[:REVISIONS])
