"""Which files a turn's questions may go to: those that its reader may be answered from."""

from assistants.knowledge.models import Document, Source
from assistants.knowledge.retrieval.documents import searched_documents
from assistants.tools.tables.kept import FORMATS, TableFile
from assistants.turns.plan import AssistantPlan
from kernel.tenancy import tenant_scope

MOST_FILES = 30
# Whose readers see only words that were quoted, or nothing: their rows are answered with, and never handed out as a file.
_NO_FILE = (Source.Showing.QUOTE_ONLY,)


def table_files(plan: AssistantPlan) -> list[TableFile]:
    """The files with tables among a plan's documents, by name; those whose original is never shown are left out.

    Restrictions of sources to groups, tags and metadata hold as in a search. Reads the database.
    """
    if plan.knowledge is None:
        return []
    scope = plan.knowledge
    searched = searched_documents(scope, plan.narrowing)
    with tenant_scope(scope.organisation_id):
        rows = (
            Document.objects.for_organisation(scope.organisation_id)
            .filter(pk__in=searched.documents, format__in=FORMATS)
            .exclude(public_id__in=searched.hidden)
            .exclude(sha256="")
            .select_related("source", "source__parent")
            .order_by("name", "pk")
        )
        return [_file(row) for row in rows[:MOST_FILES]]


def _file(document: Document) -> TableFile:
    source = document.source
    holders = [source, source.parent] if source.parent else [source]
    exports = not any(holder.showing in _NO_FILE for holder in holders)
    return TableFile(document.name, document.sha256, document.format, document.storage_key, exports)
