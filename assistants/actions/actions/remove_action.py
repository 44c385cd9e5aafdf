"""Take an action away from an assistant, and from every version of it at once."""

from django.utils import timezone

from assistants.actions import signing
from assistants.actions.models import Action
from assistants.actions.queries import access_action
from kernel.actions import entry_action
from kernel.registries import draft_actions
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def remove_action(*, actor: Actor, assistant_id: str, action_id: str) -> None:
    """End an action: no version calls it from now on, everybody's connections to it end, and the draft forgets it.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action.
    """
    action = _remove(actor=actor, assistant_id=assistant_id, action_id=action_id)
    signing.drop(actor=actor, profile=action.profile)
    draft_actions.get().forget(actor, assistant_id, action_id)


@entry_action
def _remove(*, actor: Actor, assistant_id: str, action_id: str) -> Action:
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    action.deleted_at = timezone.now()
    action.save(update_fields=["deleted_at", "updated_at"])
    record_audit(actor, "action.removed", action, assistant=assistant_id, host=action.host)
    return action
