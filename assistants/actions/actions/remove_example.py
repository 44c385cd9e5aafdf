"""Take an example of an operation away."""

from assistants.actions.queries import access_action, examples_of
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def remove_example(*, actor: Actor, assistant_id: str, action_id: str, example_id: str) -> None:
    """Remove a kept call.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action, or the action no such example.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id)
    example = examples_of(action).filter(public_id=example_id.replace("\x00", "")).first()
    if example is None:
        raise NotFound
    example.delete()
    record_audit(
        actor, "action.example_removed", action, assistant=assistant_id, operation_key=example.operation
    )
