"""Change some fields of a draft."""

from typing import Any

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant
from assistants.building.specification import merge_patch
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def update_draft(*, actor: Actor, assistant_id: str, patch: Any, revision: int | None = None) -> Draft:
    """Merge a patch into the draft: objects are merged, lists and values replaced, null restores a default.

    Args:
        revision: the revision that the writer saw; None where it does not matter.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant.
        StaleRevision: somebody saved meanwhile.
        InvalidInput: it names every wrong or unknown field.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    draft = lock_draft(assistant, revision)
    return save_draft(
        actor=actor, assistant=assistant, draft=draft, document=merge_patch(draft.specification, patch)
    )
