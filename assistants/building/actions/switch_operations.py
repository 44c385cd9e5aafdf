"""Switch operations of an assistant's actions on and off in its draft."""

from collections.abc import Sequence

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def switch_operations(
    *, actor: Actor, assistant_id: str, action_id: str, operations: Sequence[str] | None
) -> Draft:
    """Have exactly these operations of an action on.

    Args:
        operations: their keys; None takes the action out of the draft.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound, LevelMissing: there is no such assistant for them, or they may not change it.
        InvalidInput: the assistant has no such action, or the action no such operation.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    draft = lock_draft(assistant, None)
    present = draft.specification.get("actions", [])
    kept = [use for use in present if use["id"] != action_id]
    if operations is not None:
        at = next((at for at, use in enumerate(present) if use["id"] == action_id), len(kept))
        kept.insert(at, {"id": action_id, "operations": list(dict.fromkeys(operations))})
    return save_draft(
        actor=actor, assistant=assistant, draft=draft, document=draft.specification | {"actions": kept}
    )
