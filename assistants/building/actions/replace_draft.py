"""Write a whole draft anew."""

from typing import Any

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def replace_draft(*, actor: Actor, assistant_id: str, document: Any, revision: int | None = None) -> Draft:
    """Put a document in the draft's place; fields that it leaves out take their defaults.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant.
        StaleRevision: somebody saved since `revision`.
        InvalidInput: it names every wrong or unknown field.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    return save_draft(
        actor=actor, assistant=assistant, draft=lock_draft(assistant, revision), document=document
    )
