"""Go back to an earlier version."""

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant, access_version
from assistants.knowledge.actions.restore_manifest import restore_manifest
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def restore_version(*, actor: Actor, assistant_id: str, number: int) -> Draft:
    """Copy a version's definition and its sources into the draft. What is live stays so until the next publishing.

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
    )
    restore_manifest(source_set=assistant.source_set, documents=version.manifest)
    record_audit(actor, "assistant.version_restored", assistant, version=number)
    return draft
