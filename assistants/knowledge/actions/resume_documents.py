"""Pick up documents whose worker has died, or whose task got lost."""

from datetime import timedelta

from django.utils import timezone

from assistants.knowledge.actions.end_document import announce_failure
from assistants.knowledge.actions.queue_document import send_task
from assistants.knowledge.leases import MAX_ATTEMPTS, QUEUED
from assistants.knowledge.models import Document
from kernel.tenancy import across_organisations

REASON = "documents of every organisation whose lease ran out are queued again"
AT_ONCE = 200


def resume_documents() -> None:
    """Queue again what nobody works on any more; end what was tried three times."""
    with across_organisations(reason=REASON, durable=True):
        rows = Document.objects.across_organisations(reason=REASON).filter(
            state__in=Document.UNFINISHED, lease_until__lt=timezone.now()
        )
        for document in rows.select_for_update(skip_locked=True).order_by("lease_until")[:AT_ONCE]:
            _resume(document)


def _resume(document: Document) -> None:
    document.lease = ""
    if document.attempts >= MAX_ATTEMPTS:
        document.state, document.finished_at = Document.State.FAILED, timezone.now()
        document.error_code = document.error_code or "gave_up"
        document.lease_until = None
    else:
        document.lease_until = timezone.now() + QUEUED + timedelta(seconds=1)
        send_task(
            organisation_id=document.organisation_id, document_id=document.public_id, state=document.state
        )
    document.save(update_fields=["lease", "lease_until", "state", "finished_at", "error_code"])
    if document.state == Document.State.FAILED:
        announce_failure(document)
