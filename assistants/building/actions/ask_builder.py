"""Say something to the builder: save it, and open the turn that answers and edits."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Assistant, WorkshopMessage
from assistants.building.queries import access_assistant, draft_of, specification_of
from assistants.building.workshop_prompt import builder_plan, draft_as_data
from assistants.building.workshop_queries import building_model, history_of, text_of, workshop_messages
from assistants.building.workshop_tools import workshop_toolbox
from assistants.knowledge.queries import source_rows
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.models import Turn
from assistants.turns.runtime import runtime
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.ids import new_public_id
from organisations.actors import Actor
from organisations.permissions import Permission, require
from providers.catalogue import ModelInfo

MAX_LENGTH = 16_000
SHOWN_SOURCES = 50
STALE = timedelta(minutes=15)


class BuilderStillWriting(Conflict):
    code = "answer_still_coming"
    user_message = _("The builder is still writing its last answer. Wait for it, or stop it first.")


class ModelCannotBuild(Conflict):
    code = "model_cannot_build"
    user_message = _(
        "This model cannot edit a draft while it talks, or your organisation does not allow it. Choose another model, or"
        " answer the builder's questions instead."
    )


class NothingToAnswer(Conflict):
    code = "nothing_to_answer"
    user_message = _("There is nothing that waits for an answer. Say first what the assistant should do.")


@entry_action
def ask_builder(
    *, actor: Actor, assistant_id: str, text: str, model: str = "", language: str = ""
) -> tuple[WorkshopMessage, OpenedTurn]:
    """Save what somebody says to the builder of an assistant and open its answer.

    Args:
        model: the model that builds; the default one where it is empty.

    Returns:
        The message that the answer will fill, and its turn.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but not change it.
        InvalidInput: the text is empty or too long.
        BuilderStillWriting: an answer is being written.
        ModelCannotBuild: the model does not call tools, or a policy is against it.
        AllowanceUsedUp: the month's allowance is spent.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    said = _checked(text)
    assistant = access_assistant(actor, assistant_id, lock=True)
    messages = workshop_messages(assistant)
    _refuse_while_writing(messages)
    WorkshopMessage.objects.create(
        organisation_id=assistant.organisation_id,
        assistant=assistant,
        role=WorkshopMessage.Role.USER,
        author=actor.user,
        text=said,
    )
    return _answer(actor, assistant, messages, said, _model(actor, model), language)


@entry_action
def ask_builder_again(
    *, actor: Actor, assistant_id: str, model: str = "", language: str = ""
) -> tuple[WorkshopMessage, OpenedTurn]:
    """Have the last thing that was said answered again, in place of an answer that failed or was stopped.

    Raises: as `ask_builder`, and
        NothingToAnswer: the last answer is whole, or nobody has said anything.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    assistant = access_assistant(actor, assistant_id, lock=True)
    messages = workshop_messages(assistant)
    _refuse_while_writing(messages)
    chosen = _model(actor, model)
    while messages and messages[-1].role == WorkshopMessage.Role.BUILDER and _broken(messages[-1]):
        messages.pop().delete()
    if not messages or messages[-1].role != WorkshopMessage.Role.USER:
        raise NothingToAnswer
    return _answer(actor, assistant, messages[:-1], text_of(messages[-1]), chosen, language)


def _answer(
    actor: Actor,
    assistant: Assistant,
    before: list[WorkshopMessage],
    said: str,
    model: ModelInfo,
    language: str,
) -> tuple[WorkshopMessage, OpenedTurn]:
    answer_id = new_public_id("wmsg_")
    document = specification_of(draft_of(assistant)).document()
    names = list(source_rows(assistant.source_set).values_list("name", flat=True)[:SHOWN_SOURCES])
    turn, opened = open_turn(
        actor=actor,
        plan=builder_plan(assistant, model),
        question=said,
        surface=Turn.Surface.BUILDER,
        runner=runtime().runner,
        history=[*history_of(before), *draft_as_data(document, names)],
        language=language,
        message_id=answer_id,
        toolbox=workshop_toolbox(actor, assistant.public_id, answer_id),
    )
    answer: WorkshopMessage = WorkshopMessage.objects.create(
        organisation_id=assistant.organisation_id,
        public_id=answer_id,
        assistant=assistant,
        role=WorkshopMessage.Role.BUILDER,
        turn=turn,
    )
    return answer, opened


def _model(actor: Actor, wanted: str) -> ModelInfo:
    chosen = building_model(actor, wanted)
    if chosen is None:
        raise ModelCannotBuild
    return chosen


def _broken(message: WorkshopMessage) -> bool:
    return message.turn is not None and message.turn.state in (Turn.State.FAILED, Turn.State.STOPPED)


def _checked(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise InvalidInput.on("text", "required", _("Say first what the assistant should do."))
    if len(said) > MAX_LENGTH:
        raise InvalidInput.on(
            "text", "too_long", _("Use at most 16,000 characters here. Longer texts belong to the sources.")
        )
    return said


def _refuse_while_writing(messages: list[WorkshopMessage]) -> None:
    newest = timezone.now() - STALE
    if any(m.turn and m.turn.is_open and m.turn.created_at > newest for m in messages):
        raise BuilderStillWriting
