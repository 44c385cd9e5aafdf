"""Switch a built-in tool of an assistant on or off in its draft."""

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant
from kernel.actions import entry_action
from kernel.errors import NotFound
from kernel.registries import tools
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def switch_capability(*, actor: Actor, assistant_id: str, name: str, on: bool) -> Draft:
    """Let an assistant use a built-in tool, or no longer.

    Args:
        name: of the capability, as the tool has it.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound, LevelMissing: there is no such tool, or no such assistant for them, or they may not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    if all(tool.name != name for tool in tools):
        raise NotFound
    assistant = access_assistant(actor, assistant_id, lock=True)
    draft = lock_draft(assistant, None)
    allowed = draft.specification.get("capabilities", {}) | {name: on}
    document = draft.specification | {"capabilities": allowed}
    return save_draft(actor=actor, assistant=assistant, draft=draft, document=document)
