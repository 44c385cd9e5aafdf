"""An MCP server is asked again what it offers."""

from dataclasses import replace

from assistants.actions.actions.note_tools import compare_tools
from assistants.actions.actions.reimport_action import OtherKind, changes_of, switch_off
from assistants.actions.actions.save_reading import save_reading
from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action
from assistants.actions.openapi.comparing import Changes
from assistants.actions.queries import access_action, operations_of
from assistants.actions.reading import Reading
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def refresh_tools(*, actor: Actor, assistant_id: str, action_id: str, reading: Reading) -> Changes:
    """Take in new tools, drop those that are gone, and leave those that changed as they were approved: they are off until
    somebody has looked at what the server says of them now.

    Returns:
        What differs; the changed ones wait.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action.
        OtherKind: it is no MCP server.
    """
    action, changes = _refresh(actor=actor, assistant_id=assistant_id, action_id=action_id, reading=reading)
    switch_off(actor, action, changes.removed)
    return changes


@entry_action
def _refresh(*, actor: Actor, assistant_id: str, action_id: str, reading: Reading) -> tuple[Action, Changes]:
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    if action.kind != Action.Kind.MCP:
        raise OtherKind
    changes = changes_of(action, reading)
    compare_tools(action=action, operations=reading.operations)
    approved = {row.key: read_operation(row) for row in operations_of(action)}
    merged = replace(
        reading, operations=tuple(approved.get(one.key, one) for one in reading.operations), auth=None
    )
    if _is_news(action, merged):
        save_reading(actor=actor, action=action, reading=merged)
        record_audit(
            actor,
            "action.reimported",
            action,
            assistant=assistant_id,
            added=len(changes.added),
            removed=len(changes.removed),
            changed=len(changes.changed),
        )
    return action, changes


def _is_news(action: Action, reading: Reading) -> bool:
    present = action.revision
    if present is None or present.content_hash != reading.content_hash:
        return True
    # Whether one has to connect stands among the findings.
    return [one["code"] for one in present.findings] != [one.code for one in reading.findings]
