"""Give away what the record of calls no longer has to keep."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from assistants.actions.models import ActionCall, Confirmation
from kernel.tenancy import across_organisations

BATCH = 5000


def purge_calls() -> int:
    """Delete calls and answered questions older than `ACTION_CALL_DAYS`, a batch at a time; returns how many calls."""
    due = timezone.now() - timedelta(days=settings.ACTION_CALL_DAYS)
    purged = 0
    while deleted := _batch(due, ActionCall):
        purged += deleted
    while _batch(due, Confirmation):
        pass
    return purged


def _batch(due: object, model: type[ActionCall] | type[Confirmation]) -> int:
    with across_organisations(reason="records of all organisations that are old", durable=True):
        rows = model.objects.across_organisations(reason="old records")
        keys = rows.filter(created_at__lt=due).order_by("created_at").values("pk")[:BATCH]
        deleted, _by_model = rows.filter(pk__in=keys).delete()
    return int(deleted)
