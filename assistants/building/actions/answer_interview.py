"""Answer a question of the guided interview, go back to the one before, or begin anew."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.actions.edit_draft import change_draft
from assistants.building.actions.note_suggestions import TESTS, keep_trials
from assistants.building.models import Assistant, WorkshopMessage
from assistants.building.queries import access_assistant, draft_of, specification_of
from assistants.building.workshop_interview import (
    DONE,
    MOST_ANSWERS,
    START,
    STEPS,
    Interview,
    answer_in_words,
    closing,
    following,
    interview_of,
    patch_of,
    question_of,
)
from assistants.building.workshop_queries import interview_messages
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.permissions import Permission, require

BUILDER, USER = WorkshopMessage.Role.BUILDER, WorkshopMessage.Role.USER


class QuestionAnswered(Conflict):
    code = "question_answered"
    user_message = gettext_lazy("This question was answered meanwhile. Here is the next one.")


@entry_action
def answer_interview(
    *, actor: Actor, assistant_id: str, step: str, values: Sequence[str], skip: bool = False
) -> Interview:
    """Note an answer, write what follows from it into the draft, and go on to the next question.

    Args:
        step: the question that is answered; only the one that waits can be.
        skip: leave the draft as it is and go on.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but not change it.
        QuestionAnswered: somebody answered it meanwhile.
        InvalidInput: an answer is missing, too long or none of the choices.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    interview = interview_of(interview_messages(assistant))
    if step not in STEPS or interview.step != step:
        raise QuestionAnswered
    question = question_of(interview, specification_of(draft_of(assistant)))
    if skip and not question.may_skip:
        raise InvalidInput.on("value", "required", _("This one is needed; the rest follows from it."))
    given = None if skip else _checked(values, question.may_skip and question.kind in ("checks", "lines"))
    return _answered(actor, assistant, interview, given)


@entry_action
def accept_proposals(*, actor: Actor, assistant_id: str) -> Interview:
    """Answer all questions that are left with what is proposed for them.

    Raises: as `answer_interview`; InvalidInput where nobody has said yet what the assistant is for.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    interview = interview_of(interview_messages(assistant))
    while interview.step != DONE:
        proposed = question_of(interview, specification_of(draft_of(assistant))).proposed
        interview = _answered(actor, assistant, interview, _checked(proposed, may_be_none=False))
    return interview


@entry_action
def go_back_in_interview(*, actor: Actor, assistant_id: str) -> Interview:
    """Take the last answer out of the conversation, so that its question waits again. What it wrote stays until then.

    Raises: as `answer_interview`, but for the last two.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    messages = interview_messages(assistant)
    if interview_of(messages).begun:
        while messages and (last := messages.pop()).step != START:
            last.delete()
            if last.role == BUILDER and last.step in STEPS:
                break
    return interview_of(messages)


@entry_action
def restart_interview(*, actor: Actor, assistant_id: str) -> Interview:
    """Ask all questions once more; the draft stays as it is until they are answered.

    Raises: as `go_back_in_interview`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    if interview_of(interview_messages(assistant)).begun:
        _said(assistant, BUILDER, START, _("From the beginning, then."))
    return interview_of(interview_messages(assistant))


def _answered(
    actor: Actor, assistant: Assistant, interview: Interview, given: Sequence[str] | None
) -> Interview:
    """Note the answer to the question that waits, None where it is skipped, and write it into the draft."""
    step, present = interview.step, specification_of(draft_of(assistant))
    question = question_of(interview, present)
    _said(assistant, BUILDER, step, question.text)
    if given is None:
        _said(assistant, USER, step, _("Skipped"), author=actor.user, suggestions={"skipped": True})
    else:
        text = answer_in_words(question, given) or _("None")
        answer = _said(assistant, USER, step, text, author=actor.user)
        patch = patch_of(step, given, interview, present)
        change_draft(actor, assistant, lambda _present: patch, answer)
    if following(step) == DONE:
        _close(actor, assistant)
    return interview_of(interview_messages(assistant))


def _close(actor: Actor, assistant: Assistant) -> None:
    text, suggestions = closing(interview_of(interview_messages(assistant)))
    _said(assistant, BUILDER, DONE, text, suggestions=suggestions)
    keep_trials(actor, assistant, suggestions[TESTS])


def _said(assistant: Assistant, role: str, step: str, text: str, **more: Any) -> WorkshopMessage:
    message: WorkshopMessage = WorkshopMessage.objects.create(
        organisation_id=assistant.organisation_id,
        assistant=assistant,
        role=role,
        step=step,
        text=text,
        **more,
    )
    return message


def _checked(values: Sequence[str], may_be_none: bool) -> list[str]:
    lines = [line.replace("\x00", "").strip() for line in values[:MOST_ANSWERS]]
    given = [line for line in lines if line]
    if not given and not may_be_none:
        raise InvalidInput.on("value", "required", _("Write an answer, or skip the question."))
    return given
