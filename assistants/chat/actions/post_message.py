"""Ask a question: save it and open the turn that answers it."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.plans import plan_for_publication
from assistants.chat.models import Conversation, Message
from assistants.chat.pins import keep_version, pin_of
from assistants.chat.queries import access_conversation, all_messages, history_before
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.models import Turn
from assistants.turns.runtime import runtime
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.ids import new_public_id
from organisations.actors import Actor
from organisations.permissions import Permission, require

MAX_LENGTH = 32_000
TITLE_LENGTH = 60
STALE = timedelta(minutes=15)


class AnswerStillComing(Conflict):
    code = "answer_still_coming"
    user_message = _("The last answer is still being written. Wait for it, or stop it first.")


class AnswerWaiting(AnswerStillComing):
    code = "answer_waiting"
    user_message = _("The last answer waits for you. Answer what it asks, or stop it, and ask again.")


@entry_action
def post_message(
    *, actor: Actor, conversation_id: str, text: str, parent: str | None = None, language: str = ""
) -> tuple[Message, OpenedTurn]:
    """Save a question and open its turn.

    Args:
        parent: the id of the message to ask after, where that is not the last one; an empty string asks from the
            start. Asking elsewhere than at the end is how a question is edited.

    Raises:
        NotFound: the actor has no such conversation or message.
        InvalidInput: the question is empty or too long.
        AnswerStillComing: the conversation is being answered. AnswerWaiting: that answer waits for a person.
        AllowanceUsedUp: the month's allowance is spent.
    """
    require(actor, Permission.USE_ASSISTANTS)
    text = _checked(text)
    conversation = access_conversation(actor, conversation_id, lock=True)
    messages = all_messages(conversation)
    parent_id = conversation.leaf_id if parent is None else _parent_key(messages, parent)
    _refuse_while_answering(messages)
    question = Message.objects.create(
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        parent_id=parent_id,
        role=Message.Role.USER,
        text=text,
    )
    if not conversation.title:
        conversation.title = " ".join(text.split())[:TITLE_LENGTH]
    return question, answer_question(actor, conversation, question, messages, language)


@entry_action
def regenerate_answer(
    *, actor: Actor, conversation_id: str, message_id: str, language: str = ""
) -> tuple[Message, OpenedTurn]:
    """Answer a question again, keeping the answers it has.

    Args:
        message_id: one of the question's answers, or the question itself.

    Raises: as `post_message`.
    """
    require(actor, Permission.USE_ASSISTANTS)
    conversation = access_conversation(actor, conversation_id, lock=True)
    messages = all_messages(conversation)
    found = next((m for m in messages if m.public_id == message_id), None)
    if found and found.role == Message.Role.ASSISTANT:
        found = next((m for m in messages if m.pk == found.parent_id), None)
    if found is None:
        raise NotFound
    _refuse_while_answering(messages)
    return found, answer_question(actor, conversation, found, messages, language)


def answer_question(
    actor: Actor, conversation: Conversation, question: Message, messages: list[Message], language: str
) -> OpenedTurn:
    """Open the turn that answers a saved question, in the open transaction."""
    pin = pin_of(conversation)
    plan = plan_for_publication(actor, conversation.reference, used_before=True, pin=pin)
    repinned = keep_version(conversation, plan)
    answer_id = new_public_id("msg_")
    turn, opened = open_turn(
        actor=actor,
        plan=plan,
        question=question.text,
        surface=Turn.Surface.CHAT,
        runner=runtime().runner,
        history=history_before(messages, question.parent_id),
        language=language,
        message_id=answer_id,
        thread_id=conversation.public_id,
    )
    answer = Message.objects.create(
        organisation_id=conversation.organisation_id,
        public_id=answer_id,
        conversation=conversation,
        parent=question,
        role=Message.Role.ASSISTANT,
        turn=turn,
    )
    conversation.leaf = answer
    conversation.opening = ""
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["leaf", "title", "opening", "updated_at", *repinned])
    return opened


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput.on("text", "required", _("Write a question first."))
    if len(text) > MAX_LENGTH:
        raise InvalidInput.on(
            "text", "too_long", _("A question has at most 32,000 characters. Add longer texts as files.")
        )
    return text


def _parent_key(messages: list[Message], parent: str) -> int | None:
    if not parent:
        return None
    found = next((m for m in messages if m.public_id == parent), None)
    if found is None:
        raise NotFound
    return found.pk


def _refuse_while_answering(messages: list[Message]) -> None:
    if any(m.turn and m.turn.state == Turn.State.WAITING for m in messages):
        raise AnswerWaiting
    newest = timezone.now() - STALE
    if any(m.turn and m.turn.is_open and m.turn.created_at > newest for m in messages):
        raise AnswerStillComing
