"""Give an assistant an action."""

from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.save_reading import save_reading
from assistants.actions.models import Action
from assistants.actions.reading import Reading
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed


@entry_action
def add_action(*, actor: Actor, assistant_id: str, reading: Reading) -> Action:
    """Save what was read as a new action of an assistant that the actor may change; nothing of it is on yet.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role add actions.
        HostForbidden: the policy does not allow the host.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    policy = policy_of(actor.organisation)
    require_allowed(actor, policy.building.actions, _("add actions"))
    action: Action = Action.objects.create(
        organisation=actor.organisation,
        assistant_id=assistant_id,
        kind=reading.kind,
        origin=reading.origin,
        name=reading.name,
        description=reading.description,
        server_url=reading.server_url,
        source_url=reading.source_url,
        privacy_policy_url=reading.privacy_policy_url,
        created_by=actor.user,
    )
    save_reading(actor=actor, action=action, reading=reading)
    record_audit(actor, "action.added", action, assistant=assistant_id, host=action.host, kind=action.kind)
    return action
