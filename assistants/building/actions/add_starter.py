"""Add a conversation starter to a draft."""

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant
from assistants.building.specification import merge_patch
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def add_starter(*, actor: Actor, assistant_id: str, text: str) -> Draft:
    """Add one after those that are there; one that is there already is not added again.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound, LevelMissing: there is no such assistant for them, or they may not change it.
        InvalidInput: it is too long, or there are as many as there may be.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    draft = lock_draft(assistant, None)
    present = draft.specification.get("profile", {}).get("starters", [])
    if text in present:
        return draft
    document = merge_patch(draft.specification, {"profile": {"starters": [*present, text]}})
    return save_draft(actor=actor, assistant=assistant, draft=draft, document=document)
