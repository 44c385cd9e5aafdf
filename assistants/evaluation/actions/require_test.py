"""Say whether a test has to be answered well before anything is published."""

from assistants.building.queries import access_assistant
from assistants.evaluation.models import TestCase
from assistants.evaluation.queries import access_test_case
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def require_test(*, actor: Actor, assistant_id: str, test_id: str, required: bool) -> TestCase:
    """Make a test one that nothing is published without, or one that only informs.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant or test for them.
        LevelMissing: they may see it, but not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    test = access_test_case(assistant, test_id)
    if test.required != required:
        test.required = required
        test.save(update_fields=["required"])
        action = "test.required" if required else "test.released"
        record_audit(actor, action, assistant, test=test.public_id)
    return test
