"""Keep a question that an assistant has to answer well."""

from django.utils.translation import gettext_lazy as _

from assistants.building.models import Assistant
from assistants.building.queries import access_assistant
from assistants.evaluation.models import MAX_EXPECTED, MAX_QUESTION, TestCase
from assistants.evaluation.queries import test_cases
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.permissions import Permission, require

MAX_TESTS = 500


class TooManyTests(Conflict):
    code = "too_many_tests"
    user_message = _("An assistant has at most %(most)s tests. Remove some that say the same first.")


@entry_action
def add_test_case(
    *,
    actor: Actor,
    assistant_id: str,
    question: str,
    expected: str = "",
    source: str = TestCase.Source.HAND,
) -> TestCase:
    """Keep a question as a test; the same question is kept once, and what is expected then replaces what was.

    Args:
        expected: what a good answer holds, in words; may stay empty.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but not change it.
        InvalidInput: the question is empty, or a text is too long.
        TooManyTests: the assistant has all the tests that one may have.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    return keep_question(
        actor=actor,
        assistant=assistant,
        question=_text("question", question, MAX_QUESTION, needed=True),
        expected=_text("expected", expected, MAX_EXPECTED),
        source=source,
    )


def keep_question(
    *, actor: Actor, assistant: Assistant, question: str, expected: str, source: str
) -> TestCase:
    """Store a checked question of an assistant that is held against other writers.

    Raises:
        TooManyTests: the assistant has all the tests that one may have.
    """
    assert_in_action()
    rows = test_cases(assistant)
    known = rows.filter(question=question).first()
    if known is not None:
        return _expecting(known, expected)
    if rows.count() >= MAX_TESTS:
        raise TooManyTests(most=MAX_TESTS)
    made: TestCase = TestCase.objects.create(
        organisation=actor.organisation,
        assistant=assistant,
        question=question,
        expected=expected,
        source=source,
        created_by=actor.user,
    )
    return made


def _expecting(test: TestCase, expected: str) -> TestCase:
    if expected and expected != test.expected:
        test.expected = expected
        test.save(update_fields=["expected"])
    return test


def _text(field: str, value: str, most: int, *, needed: bool = False) -> str:
    text = value.replace("\x00", "").strip()
    if needed and not text:
        raise InvalidInput.on(field, "required", _("Write a question first."))
    if len(text) > most:
        raise InvalidInput.on(field, "too_long", _("Use at most %(most)s characters.") % {"most": most})
    return text
