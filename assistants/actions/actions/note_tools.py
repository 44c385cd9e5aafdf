"""Compare what an MCP server says of its tools with what a person approved."""

from collections.abc import Sequence

from assistants.actions.models import Action, ToolApproval
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.queries import changed_tools, operations_of
from assistants.actions.reading import without_nul
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope

EVENT = "action.tools_changed"


def note_tools(*, organisation_id: int, action_id: str, operations: Sequence[ReadOperation]) -> set[str]:
    """Write down, in a transaction of its own, which tools are no longer what was approved; returns their keys.

    Args:
        operations: what the server offers now.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Action.objects.for_organisation(organisation_id).filter(public_id=action_id, deleted_at=None)
        action = rows.select_for_update(of=("self",)).first()
        return set() if action is None else compare_tools(action=action, operations=operations)


def compare_tools(*, action: Action, operations: Sequence[ReadOperation]) -> set[str]:
    """The same in the transaction of another action, on one that is locked.

    A tool whose words, schema or hints differ from the approved ones waits for a person; one that is as it was again, or
    gone, waits no more.
    """
    assert_in_action()
    approved = dict(operations_of(action).values_list("key", "fingerprint"))
    changed = {
        one.key: one for one in operations if one.key in approved and one.fingerprint != approved[one.key]
    }
    waiting = {row.operation: row for row in changed_tools(action)}
    changed_tools(action).exclude(operation__in=changed).delete()
    fresh = [key for key, one in changed.items() if _is_news(waiting.get(key), one)]
    rows = ToolApproval.objects.for_organisation(action.organisation_id)
    for key in fresh:
        rows.update_or_create(
            organisation_id=action.organisation_id,
            action=action,
            operation=key,
            defaults={
                "approved": approved[key],
                "offered": changed[key].fingerprint,
                "offer": without_nul(changed[key].document()),
            },
        )
    if fresh:
        payload = {
            "action": action.public_id,
            "name": action.name,
            "assistant": action.assistant_id,
            "tools": fresh[:20],
        }
        publish_event(action.organisation, EVENT, payload)
    return set(changed)


def _is_news(row: ToolApproval | None, operation: ReadOperation) -> bool:
    return row is None or row.offered != operation.fingerprint
