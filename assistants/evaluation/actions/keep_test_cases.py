"""Keep several questions at once: what fills the kernel's slot `test_keeper`."""

from collections.abc import Sequence

from assistants.building.queries import access_assistant
from assistants.evaluation.actions.add_test_case import MAX_TESTS, keep_question
from assistants.evaluation.models import MAX_QUESTION, TestCase
from assistants.evaluation.queries import test_count
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require


def keep_test_cases(actor: Actor, assistant_id: str, questions: Sequence[str]) -> int:
    """Keep the builder's questions as tests, within an open transaction or in one of its own.

    Empty ones are left out, and so is what no longer fits; a question that is kept already stays as it is.

    Returns:
        How many tests the assistant has more than before.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but not change it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    texts = [text.replace("\x00", "").strip()[:MAX_QUESTION] for text in questions]
    with tenant_scope(actor.organisation):
        assistant = access_assistant(actor, assistant_id, lock=True)
        before = test_count(assistant)
        for text in list(filter(None, texts))[: MAX_TESTS - before]:
            keep_question(
                actor=actor,
                assistant=assistant,
                question=text,
                expected="",
                source=TestCase.Source.BUILDER,
            )
        return test_count(assistant) - before
