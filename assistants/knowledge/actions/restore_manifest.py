"""Bring a source set back to what a version knew."""

from collections.abc import Sequence

from django.utils import timezone

from assistants.knowledge.models import Document, SharedSource, Source, SourceSet
from assistants.knowledge.sharing import origins
from kernel.actions import assert_in_action
from organisations.actors import Actor

BATCH = 500


def restore_manifest(*, actor: Actor, source_set: SourceSet, documents: Sequence[int]) -> int:
    """Make exactly these documents the present ones: sources that have none of them are removed, others come back.

    Args:
        documents: primary keys; sources of other sets that have some of them are shared again, as they are now, where they
            still are shared or the actor may look into where they come from.

    Returns:
        How many sources of others were left out because the actor may not look into where they come from.
    """
    assert_in_action()
    left_out = _share_again(actor, source_set, documents)
    known = Document.objects.for_organisation(source_set.organisation_id).filter(
        source_set=source_set, pk__in=documents
    )
    present = dict(known.values_list("source_id", "pk"))
    sources = Source.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    # What holds others has no document of its own, or none with passages: it is there where one of them is.
    parents = sources.filter(children__in=present).values_list("pk", flat=True)
    holding = set(parents)
    sources.filter(removed_at=None).exclude(pk__in=[*present, *holding]).update(removed_at=timezone.now())
    sources.filter(pk__in=holding).update(removed_at=None)
    back = list(sources.filter(pk__in=present).select_for_update().order_by("pk"))
    for source in back:
        source.document_id, source.removed_at = present[source.pk], None
    Source.objects.for_organisation(source_set.organisation_id).bulk_update(
        back, ["document", "removed_at"], batch_size=BATCH
    )
    return left_out


def _share_again(actor: Actor, source_set: SourceSet, documents: Sequence[int]) -> int:
    """Share exactly the sources of other sets that some of the documents come from, as far as they are still there."""
    rows = Document.objects.for_organisation(source_set.organisation_id).filter(pk__in=documents)
    sources = Source.objects.for_organisation(source_set.organisation_id).filter(removed_at=None)
    found = sources.filter(pk__in=rows.exclude(source_set=source_set).values("source_id"))
    # A page that stands below a shared website is shared with it.
    wanted = {parent or key for key, parent in found.values_list("pk", "parent_id")}
    shares = SharedSource.objects.for_organisation(source_set.organisation_id)
    here = shares.filter(source_set=source_set)
    here.exclude(source__in=wanted).delete()
    missing = wanted.difference(here.values_list("source_id", flat=True))
    known = origins(actor, source_set, sources.filter(pk__in=missing))
    allowed = sorted(key for key, owner in known.items() if owner)
    shares.bulk_create(
        [
            SharedSource(organisation_id=source_set.organisation_id, source_set=source_set, source_id=key)
            for key in allowed
        ],
        ignore_conflicts=True,
    )
    return len(missing) - len(allowed)
