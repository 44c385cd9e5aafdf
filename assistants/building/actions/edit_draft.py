"""Change a draft in somebody's name so that each changed field can be shown and taken back by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import Assistant, DraftChange, WorkshopMessage
from assistants.building.queries import access_assistant, specification_of
from assistants.building.specification import Specification, merge_patch
from assistants.building.workshop_queries import field_values
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require

# From the draft as it stands to a merge patch over it.
Edit = Callable[[Specification], Mapping[str, Any]]


@entry_action
def edit_draft(*, actor: Actor, assistant_id: str, edit: Edit, message_id: str = "") -> list[DraftChange]:
    """Apply an edit to the draft and note each field that it changed.

    Args:
        message_id: the message of the workshop that the edit belongs to.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but not change it.
        InvalidInput: it names every wrong field.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    rows = WorkshopMessage.objects.for_organisation(actor.organisation)
    message = rows.filter(assistant=assistant, public_id=message_id).first() if message_id else None
    return change_draft(actor, assistant, edit, message)


def change_draft(
    actor: Actor, assistant: Assistant, edit: Edit, message: WorkshopMessage | None = None
) -> list[DraftChange]:
    """The same, in the open transaction, on an assistant that is locked."""
    assert_in_action()
    draft = lock_draft(assistant, None)
    before = specification_of(draft)
    document = merge_patch(before.document(), edit(before))
    saved = save_draft(actor=actor, assistant=assistant, draft=draft, document=document)
    old, new = field_values(before.document()), field_values(saved.specification)
    return [
        _noted(assistant, message, path, old.get(path), new.get(path))
        for path in new.keys() | old.keys()
        if old.get(path) != new.get(path)
    ]


def _noted(
    assistant: Assistant, message: WorkshopMessage | None, path: str, before: Any, after: Any
) -> DraftChange:
    """One message changes a field once: what it wrote in between never stood for long enough to be missed."""
    rows = DraftChange.objects.for_organisation(assistant.organisation_id)
    earlier: DraftChange | None = None
    if message is not None:
        same = rows.filter(assistant=assistant, message=message, path=path, kept_at=None, undone_at=None)
        earlier = same.order_by("-id").first()
    if earlier is None or earlier.after != before:
        return rows.create(  # type: ignore[no-any-return]
            organisation_id=assistant.organisation_id,
            assistant=assistant,
            message=message,
            path=path,
            before=before,
            after=after,
        )
    earlier.after = after
    earlier.save(update_fields=["after"])
    return earlier
