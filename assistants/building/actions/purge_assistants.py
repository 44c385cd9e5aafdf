"""Empty the bin."""

from datetime import timedelta

from django.utils import timezone

from assistants.actions.actions.purge_actions import purge_actions
from assistants.building.models import BIN_DAYS, Assistant
from assistants.knowledge.actions.purge_source_set import purge_source_set
from kernel.tenancy import across_organisations, tenant_scope

BATCH = 100


def purge_assistants() -> int:
    """Erase what has lain in the bin for 30 days, with its versions and sources; returns how many assistants."""
    due = timezone.now() - timedelta(days=BIN_DAYS)
    with across_organisations(reason="find what is due in every organisation's bin"):
        rows = Assistant.objects.across_organisations(reason="bins").filter(deleted_at__lt=due).order_by("id")
        found = list(rows.values_list("organisation_id", "pk")[:BATCH])
    for organisation_id, key in found:
        if gone := _purge(organisation_id, key):
            purge_actions(organisation=gone.organisation, assistant_id=gone.public_id)
    return len(found)


def _purge(organisation_id: int, key: int) -> Assistant | None:
    with tenant_scope(organisation_id, durable=True):
        rows = Assistant.objects.for_organisation(organisation_id).filter(deleted_at__isnull=False)
        assistant: Assistant | None = (
            rows.select_for_update(of=("self",))
            .select_related("source_set", "organisation")
            .filter(pk=key)
            .first()
        )
        if assistant is None:
            return None
        source_set = assistant.source_set
        assistant.delete()
        purge_source_set(source_set=source_set)
    return assistant
