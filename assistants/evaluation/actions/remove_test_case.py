"""Take a test away."""

from assistants.building.queries import access_assistant
from assistants.evaluation.queries import access_test_case
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def remove_test_case(*, actor: Actor, assistant_id: str, test_id: str) -> None:
    """Remove one test of an assistant.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them, or no such test of it.
        LevelMissing: they may see it, but not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    access_test_case(access_assistant(actor, assistant_id), test_id).delete()
