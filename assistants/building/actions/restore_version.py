"""Go back to an earlier version."""

from dataclasses import dataclass

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant, access_version
from assistants.knowledge.actions.restore_manifest import restore_manifest
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Restored:
    """The draft as it is now, and how many sources of other assistants, into which the actor may not look, it lacks."""

    draft: Draft
    left_out: int


@entry_action
def restore_version(*, actor: Actor, assistant_id: str, number: int) -> Restored:
    """Copy a version's definition and its sources into the draft. What is live stays so until the next publishing.

    A source of another assistant that is not shared any more is shared again if the actor may look into that one.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant, or the assistant no such version.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    version = access_version(assistant, number)
    draft = save_draft(
        actor=actor,
        assistant=assistant,
        draft=lock_draft(assistant, None),
        document=version.specification,
        known_model=version.specification["model"]["id"],
        known_actions=version.specification.get("actions", []),
    )
    left_out = restore_manifest(actor=actor, source_set=assistant.source_set, documents=version.manifest)
    record_audit(actor, "assistant.version_restored", assistant, version=number)
    return Restored(draft, left_out)
