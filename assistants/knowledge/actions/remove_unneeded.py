"""Take away what neither a draft nor a version needs any more."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from assistants.knowledge.actions.remove_documents import remove_documents
from assistants.knowledge.models import Document, Source, StoredBytes
from assistants.knowledge.rendering.pages import forget_pictures
from assistants.knowledge.stored_bytes import forget_note
from kernel import registries
from kernel.tenancy import across_organisations, tenant_scope

REASON = "documents, sources and stored bytes of every organisation that nothing needs"
BIN_DAYS = 30  # for which a removed source can be brought back
GRACE = timedelta(days=1)  # answers under way, and uploads, are long over by then
AT_ONCE = 200  # documents of a transaction
MOST = 5_000  # documents, sources or bytes looked at in one go; the rest is for the next time
# A draft needs the present document of each source that is not removed, or was not long ago, and the one that answers as
# long as the present one cannot.
_CANDIDATES = """
SELECT d.organisation_id, d.id FROM knowledge_document d JOIN knowledge_source s ON s.id = d.source_id
WHERE d.created_at < %(grace)s AND d.state NOT IN ('uploaded', 'parsing', 'embedding') AND (d.organisation_id, d.id) > (%(organisation)s, %(document)s)
  AND (s.removed_at < %(bin)s OR (s.document_id IS DISTINCT FROM d.id AND NOT EXISTS (
    SELECT 1 FROM knowledge_document present WHERE present.id = s.document_id AND NOT present.searchable
      AND d.id = (SELECT max(o.id) FROM knowledge_document o WHERE o.source_id = s.id AND o.searchable))))
ORDER BY d.organisation_id, d.id LIMIT %(most)s
"""
logger = structlog.get_logger(__name__)


def remove_unneeded() -> None:
    """Erase documents that nothing needs, sources that are removed for good, and bytes that no document uses."""
    _remove_documents()
    _remove_sources()
    _remove_bytes()


def _remove_documents() -> None:
    now = timezone.now()
    last = (0, 0)
    values: dict[str, Any] = {"grace": now - GRACE, "bin": now - timedelta(days=BIN_DAYS), "most": AT_ONCE}
    for _ in range(MOST // AT_ONCE):
        with across_organisations(reason=REASON), connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, values | {"organisation": last[0], "document": last[1]})
            found = cursor.fetchall()
        if not found:
            return
        last = found[-1]
        for organisation_id in sorted({organisation for organisation, _ in found}):
            _remove_of(
                organisation_id, [key for organisation, key in found if organisation == organisation_id]
            )


def _remove_of(organisation_id: int, documents: Sequence[int]) -> None:
    with tenant_scope(organisation_id, durable=True):
        needed: set[int] = set()
        for holder in registries.knowledge_holders:
            needed.update(holder.needed(organisation_id, documents))
        gone = [key for key in documents if key not in needed]
        # Looked at again under lock: a source may have been brought back meanwhile, or a version restored.
        rows = Source.objects.for_organisation(organisation_id).select_for_update().order_by("pk")
        kept = {
            source.document_id
            for source in rows.filter(documents__pk__in=gone)
            if source.removed_at is None or source.removed_at >= timezone.now() - timedelta(days=BIN_DAYS)
        }
        gone = [key for key in gone if key not in kept]
        remove_documents(organisation_id=organisation_id, documents=gone)
    if gone:
        logger.info("documents_removed", organisation=organisation_id, documents=len(gone))


def _remove_sources() -> None:
    """Sources that are removed for good and of which no version holds a document any more."""
    due = timezone.now() - timedelta(days=BIN_DAYS)
    with across_organisations(reason=REASON, durable=True):
        rows = Source.objects.across_organisations(reason=REASON).filter(
            removed_at__lt=due, documents=None, children=None
        )
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
        Source.objects.across_organisations(reason=REASON).filter(pk__in=keys, removed_at__lt=due).delete()


def _remove_bytes() -> None:
    with across_organisations(reason=REASON):
        notes = StoredBytes.objects.across_organisations(reason=REASON).filter(
            since__lt=timezone.now() - GRACE
        )
        found = list(notes.order_by("since").values_list("organisation_id", "key")[:MOST])
    for organisation_id, key in found:
        if _begin(organisation_id, key):
            forget_pictures(key)
            default_storage.delete(key)
            with tenant_scope(organisation_id, durable=True):
                forget_note(organisation_id=organisation_id, key=key)


def _begin(organisation_id: int, key: str) -> bool:
    """Mark bytes that no document uses, so that from now on nobody relies on them; others need no note."""
    with tenant_scope(organisation_id, durable=True):
        note = (
            StoredBytes.objects.for_organisation(organisation_id).select_for_update().filter(key=key).first()
        )
        if note is None or not (note.removing or note.since < timezone.now() - GRACE):
            return False
        if Document.objects.for_organisation(organisation_id).filter(storage_key=key).exists():
            note.delete()
            return False
        note.removing = True
        note.save(update_fields=["removing"])
        return True
