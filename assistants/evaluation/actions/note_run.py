"""Keep what a draft answered to a test."""

from django.utils.translation import gettext_lazy as _

from assistants.building.freezing import hash_of_draft
from assistants.building.queries import access_assistant
from assistants.evaluation.models import TestRun
from assistants.evaluation.queries import access_test_case
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.permissions import Permission, require

KEPT = 20  # runs of a test


class DraftChanged(Conflict):
    code = "draft_changed"
    user_message = _(
        "The draft was changed while it answered, so the answer says nothing about it. Ask again."
    )


@entry_action
def note_run(
    *, actor: Actor, assistant_id: str, test_id: str, content_hash: str, answer: str, problem: str = ""
) -> TestRun:
    """Keep an answer with the content that gave it; somebody has to read it, where one came.

    Args:
        content_hash: of the draft before it was asked.
        problem: why no answer came.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant or test for them.
        LevelMissing: they may see it, but not change it.
        DraftChanged: the draft is not what was asked any more.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    test = access_test_case(assistant, test_id)
    if hash_of_draft(assistant) != content_hash:
        raise DraftChanged
    made: TestRun = TestRun.objects.create(
        organisation=actor.organisation,
        test=test,
        content_hash=content_hash,
        answer=answer,
        problem=problem,
        verdict=TestRun.Verdict.OPEN if answer and not problem else TestRun.Verdict.FAILED,
        asked_by=actor.user,
    )
    rows = TestRun.objects.for_organisation(actor.organisation).filter(test=test)
    old = list(rows.order_by("-id").values_list("pk", flat=True)[KEPT:])
    rows.filter(pk__in=old).delete()
    return made
