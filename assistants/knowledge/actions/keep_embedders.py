"""See to it that sets come to the operator's embedding model, and that what began goes on."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from assistants.knowledge.actions.start_reembedding import TASK, begin_reembedding
from assistants.knowledge.embedders import chosen_embedder
from assistants.knowledge.leases import QUEUED
from assistants.knowledge.models import Document, Reembedding, SourceSet
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations

REASON = "sets of every organisation follow the operator's choice of an embedding model"
AT_ONCE = 8  # sets on their way at a time, those that stand still left out


def keep_embedders() -> None:
    """Send again what nobody works on any more, and begin with some of the sets that another model serves."""
    with across_organisations(reason=REASON, durable=True):
        _resume()
    with across_organisations(reason=REASON, durable=True):
        _begin()


def _resume() -> None:
    rows = Reembedding.objects.across_organisations(reason=REASON).filter(lease_until__lt=timezone.now())
    due = rows.select_related("source_set").select_for_update(skip_locked=True, of=("self",))
    for run in due.order_by("lease_until")[: 4 * AT_ONCE]:
        run.lease, run.lease_until = "", timezone.now() + QUEUED
        run.save(update_fields=["lease", "lease_until"])
        enqueue_after_commit(
            TASK, organisation_id=run.organisation_id, source_set_id=run.source_set.public_id
        )


def _begin() -> None:
    chosen = chosen_embedder()
    if chosen is None:
        return
    busy = Reembedding.objects.across_organisations(reason=REASON).filter(error_code="").count()
    for source_set in _behind(chosen).select_for_update(skip_locked=True)[: max(0, AT_ONCE - busy)]:
        begin_reembedding(source_set, chosen)


def _behind(chosen: str) -> QuerySet[SourceSet]:
    """Sets that another model serves, or has embedded a part of, and of which nobody has said that it is to stay so."""
    others = Document.objects.across_organisations(reason=REASON).filter(
        source_set=OuterRef("pk"), searchable=True
    )
    mixed = Exists(others.exclude(embedder__in=("", chosen)))
    rows: QuerySet[SourceSet] = SourceSet.objects.across_organisations(reason=REASON)
    rows = rows.exclude(embedder="").exclude(declined_embedder=chosen).filter(next_embedder="")
    return rows.filter(~Q(embedder=chosen) | mixed).order_by(F("created_at"))
