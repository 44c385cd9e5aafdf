"""Say how an action signs its calls, by a profile that was made already."""

from assistants.actions.models import Action
from assistants.actions.queries import access_action
from assistants.connections.models import AuthProfile
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def set_profile(*, actor: Actor, assistant_id: str, action_id: str, profile: AuthProfile) -> Action:
    """Sign an action's calls as a profile says; how it was made has its line in the audit log.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    action.profile = profile
    action.save(update_fields=["profile", "updated_at"])
    return action
