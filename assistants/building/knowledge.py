"""What the knowledge room may know of those who build on it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from assistants.building.models import Assistant
from kernel.registries import KnowledgeHolder

_NEEDED = """
SELECT DISTINCT document.id FROM unnest(%(documents)s::bigint[]) document (id)
WHERE EXISTS (
  SELECT 1 FROM building_version version
  WHERE version.organisation_id = %(organisation)s AND version.manifest @> to_jsonb(document.id))
"""


def needed_documents(organisation_id: int, documents: Sequence[int]) -> list[int]:
    """Which of these documents a version answers from; those of assistants in the bin count."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDED, {"documents": list(documents), "organisation": organisation_id})
        return [key for (key,) in cursor.fetchall()]


def product_of_set(organisation_id: int, source_set_id: int) -> tuple[str, str] | None:
    """Public id and name of the assistant that a set belongs to."""
    rows = Assistant.objects.for_organisation(organisation_id).filter(source_set_id=source_set_id)
    found = rows.only("public_id", "name").first()
    return (found.public_id, found.label) if found else None


def resting_sets() -> QuerySet[Any]:
    """The sets of assistants in the bin, of all organisations."""
    rows = Assistant.objects.across_organisations(reason="sources of assistants in the bin are not looked at")
    return rows.filter(deleted_at__isnull=False).values("source_set_id")


HOLDER = KnowledgeHolder("assistants", needed_documents, product_of_set, resting_sets)
