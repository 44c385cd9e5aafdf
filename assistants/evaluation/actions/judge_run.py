"""Say whether the answer to a test is good."""

from django.utils.translation import gettext_lazy as _

from assistants.building.queries import access_assistant
from assistants.evaluation.models import TestRun
from assistants.evaluation.queries import access_run
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NothingAnswered(Conflict):
    code = "nothing_answered"
    user_message = _("No answer came, so there is nothing to find good. Ask again.")


@entry_action
def judge_run(*, actor: Actor, assistant_id: str, run_id: str, good: bool) -> TestRun:
    """Keep what somebody who read an answer thinks of it; again changes it.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant or run for them.
        LevelMissing: they may see it, but not change it.
        NothingAnswered: no answer came.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    run = access_run(assistant, run_id)
    if good and not run.answer:
        raise NothingAnswered
    run.verdict = TestRun.Verdict.PASSED if good else TestRun.Verdict.FAILED
    run.judged_by = actor.user
    run.save(update_fields=["verdict", "judged_by"])
    record_audit(actor, "test.judged", assistant, test=run.test.public_id, state=str(run.verdict))
    return run
