"""Bring a source set back to what a version knew."""

from collections.abc import Sequence

from django.utils import timezone

from assistants.knowledge.models import Document, Source, SourceSet
from kernel.actions import assert_in_action

BATCH = 500


def restore_manifest(*, source_set: SourceSet, documents: Sequence[int]) -> None:
    """Make exactly these documents the present ones: sources that have none of them are removed, others come back.

    Args:
        documents: primary keys; those of other sets are left out.
    """
    assert_in_action()
    known = Document.objects.for_organisation(source_set.organisation_id).filter(
        source_set=source_set, pk__in=documents
    )
    present = dict(known.values_list("source_id", "pk"))
    sources = Source.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    sources.filter(removed_at=None).exclude(pk__in=present).update(removed_at=timezone.now())
    back = list(sources.filter(pk__in=present).select_for_update().order_by("pk"))
    for source in back:
        source.document_id, source.removed_at = present[source.pk], None
    Source.objects.for_organisation(source_set.organisation_id).bulk_update(
        back, ["document", "removed_at"], batch_size=BATCH
    )
