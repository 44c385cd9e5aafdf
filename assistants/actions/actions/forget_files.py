"""Files of calls are taken away: one whose bytes did not arrive, those of a conversation in the bin, and those that are old."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from assistants.actions.models import ActionFile
from kernel.actions import assert_in_action
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor

BATCH = 200
REASON = "files of calls in all organisations that are old"


def forget_file(*, organisation_id: int, file_id: str) -> None:
    """Take away the row of a file without bytes."""
    with tenant_scope(organisation_id, durable=True):
        ActionFile.objects.for_organisation(organisation_id).filter(public_id=file_id).delete()


def hide_files(*, actor: Actor, thread_id: str, hidden: bool) -> None:
    """Withhold the files of a conversation that was put in the bin, or give them back, in the transaction of that."""
    assert_in_action()
    rows = ActionFile.objects.for_organisation(actor.organisation)
    rows.filter(thread_id=thread_id, user_id=actor.user_id).update(hidden=hidden)


def purge_files() -> int:
    """Delete files older than `ACTION_FILE_DAYS`, bytes before rows, so that nothing is left behind; returns how many."""
    due = timezone.now() - timedelta(days=settings.ACTION_FILE_DAYS)
    purged = 0
    while found := _due(due):
        drop_bytes([key for _pk, key in found])
        with across_organisations(reason=REASON, durable=True):
            rows = ActionFile.objects.across_organisations(reason=REASON)
            rows.filter(pk__in=[pk for pk, _key in found]).delete()
        purged += len(found)
    return purged


def _due(due: object) -> list[tuple[int, str]]:
    with across_organisations(reason=REASON):
        rows = ActionFile.objects.across_organisations(reason=REASON).filter(created_at__lt=due)
        return list(rows.order_by("created_at").values_list("pk", "storage_key")[:BATCH])


def drop_bytes(keys: Sequence[str]) -> None:
    """Delete what lies under these keys in storage, outside of any transaction."""
    for key in keys:
        default_storage.delete(key)
