"""Go back to the sources that a version was published with."""

from collections.abc import Iterable

from django.utils import timezone

from assistants.knowledge.models import Document, Source, SourceSet
from kernel.actions import assert_in_action


def restore_manifest(*, source_set: SourceSet, documents: Iterable[int]) -> None:
    """Make a set hold exactly the documents of a manifest: bring removed sources back, and take later ones away.

    Args:
        documents: primary keys; those of other sets are ignored.
    """
    assert_in_action()
    wanted = dict(
        Document.objects.for_organisation(source_set.organisation_id)
        .filter(source_set=source_set, pk__in=list(documents))
        .values_list("source_id", "pk")
    )
    for source in Source.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set):
        document_id = wanted.get(source.pk)
        if document_id is None:
            source.removed_at = source.removed_at or timezone.now()
        else:
            source.document_id, source.removed_at = document_id, None
        source.save(update_fields=["document", "removed_at"])
