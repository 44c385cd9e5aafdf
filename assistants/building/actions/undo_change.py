"""Take back one change of a draft, and nothing else."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.models import DraftChange
from assistants.building.queries import access_assistant
from assistants.building.specification import merge_patch
from assistants.building.workshop_queries import access_change, field_values, label_of, value_in_words
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.permissions import Permission, require


class FieldChangedSince(Conflict):
    code = "field_changed_since"
    user_message = _(
        "%(field)s was changed again since, so this was not taken back. It says now: “%(now)s”. Before the builder changed"
        " it: “%(before)s”."
    )


class ChangeSettled(Conflict):
    code = "change_settled"
    user_message = _("Somebody kept this change, or took it back, already.")


@entry_action
def undo_change(*, actor: Actor, assistant_id: str, change_id: str) -> DraftChange:
    """Put one field of the draft back to what it was before a change.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them, or no such change of it.
        LevelMissing: they may see it, but not change it.
        ChangeSettled: it was kept or taken back before.
        FieldChangedSince: somebody wrote the field since; both texts are in the message.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    change = access_change(assistant, change_id, lock=True)
    if change.kept_at or change.undone_at:
        raise ChangeSettled
    draft = lock_draft(assistant, None)
    now = field_values(draft.specification).get(change.path)
    if now != change.after:
        raise FieldChangedSince(
            field=label_of(change.path),
            now=value_in_words(change.path, now),
            before=value_in_words(change.path, change.before),
        )
    document = merge_patch(draft.specification, _patch(change.path, change.before))
    save_draft(actor=actor, assistant=assistant, draft=draft, document=document)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    return change


def _patch(path: str, value: Any) -> dict[str, Any]:
    section, _dot, field = path.partition(".")
    return {section: {field: value}} if field else {section: value}
