"""Say that changes of a draft are well as they are, so that they are no longer marked."""

from django.utils import timezone

from assistants.building.models import DraftChange
from assistants.building.queries import access_assistant
from assistants.building.workshop_queries import access_change, unsettled
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def keep_change(*, actor: Actor, assistant_id: str, change_id: str) -> DraftChange:
    """Keep one change, and earlier ones of the same field with it. Keeping it again changes nothing.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them, or no such change of it.
        LevelMissing: they may see it, but not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id)
    change = access_change(assistant, change_id)
    unsettled(assistant).filter(path=change.path, pk__lte=change.pk).update(kept_at=timezone.now())
    change.refresh_from_db(fields=["kept_at"])
    return change


@entry_action
def keep_changes(*, actor: Actor, assistant_id: str) -> int:
    """Keep all changes that wait; returns how many there were.

    Raises: as `keep_change`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id)
    return unsettled(assistant).update(kept_at=timezone.now())
