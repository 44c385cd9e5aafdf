"""Write into the audit log what was changed past the product."""

from typing import Any

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.direct_changes import (
    UNSHOWN,
    change_of,
    organisations_with_direct_changes,
    row_of,
    unreported,
)
from organisations.models import DirectChange, HistoryEvent, Organisation
from organisations.sealing import wait_for_turn

BATCH = 200
# Who acts, as far as is known.
DATABASE = "database"


def report_direct_changes() -> int:
    """Give each change that no action made its entry, in the organisation's chain; returns how many that were."""
    keys = organisations_with_direct_changes()
    return sum(_report(organisation) for organisation in Organisation.objects.filter(pk__in=keys))


def _report(organisation: Organisation) -> int:
    done = 0
    while made := _report_batch(organisation):
        done += made
        if made < BATCH:
            break
    return done


def _report_batch(organisation: Organisation) -> int:
    with tenant_scope(organisation, durable=True):
        wait_for_turn(organisation.pk)
        events = unreported(organisation, BATCH)
        for event in events:
            _tell(organisation, event)
        return len(events)


def _tell(organisation: Organisation, event: HistoryEvent) -> None:
    change = change_of(event)
    detail: dict[str, Any] = {"operation": event.pgh_label, "at": event.pgh_created_at.isoformat()}
    entry = record_audit(
        Actor(user=None, organisation=organisation, service_account_name=DATABASE),
        "data.changed_directly",
        row_of(event, organisation),
        before=change.before,
        after=change.after,
        **detail | ({"fields": [UNSHOWN]} if change.hidden else {}),
    )
    DirectChange.objects.create(
        organisation=organisation, table=event._meta.model_name, event_id=event.pgh_id, entry=entry
    )
