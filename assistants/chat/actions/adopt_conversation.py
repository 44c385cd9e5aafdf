"""Begin a conversation with what its person was told elsewhere, before they had an account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from assistants.chat.actions.post_message import TITLE_LENGTH
from assistants.chat.actions.start_conversation import begin_conversation, plan_to_begin
from assistants.chat.models import Conversation, Message
from assistants.turns.models import Turn
from assistants.turns.plan import AssistantPlan
from kernel.actions import assert_in_action
from kernel.ids import new_public_id
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Told:
    """A question and its answer, which was metered when it was made."""

    question: str
    answer: str
    citations: Sequence[dict[str, Any]] = field(default_factory=tuple)
    model_id: str = ""


def adopt_conversation(*, actor: Actor, reference: str, told: Sequence[Told]) -> Conversation:
    """Make a conversation that begins with what was said already. It costs nothing again.

    Raises: as `start_conversation`.
    """
    assert_in_action()
    plan = plan_to_begin(actor, reference)
    conversation = begin_conversation(actor=actor, plan=plan)
    parent: Message | None = None
    for one in told:
        parent = _answered(actor, conversation, plan, one, parent)
    if parent is not None:
        conversation.leaf = parent
        conversation.title = " ".join(told[0].question.split())[:TITLE_LENGTH]
        conversation.save(update_fields=["leaf", "title"])
    return conversation


def _answered(
    actor: Actor, conversation: Conversation, plan: AssistantPlan, told: Told, parent: Message | None
) -> Message:
    owned = {"organisation": actor.organisation, "conversation": conversation}
    question = Message.objects.create(**owned, parent=parent, role=Message.Role.USER, text=told.question)
    answer_id = new_public_id("msg_")
    turn = Turn.objects.create(
        organisation=actor.organisation,
        user=actor.user,
        message_id=answer_id,
        thread_id=conversation.public_id,
        surface=Turn.Surface.CHAT,
        assistant_id=conversation.assistant_id,
        assistant_name=conversation.assistant_name,
        publication_id=conversation.reference,
        version_id=conversation.version_id,
        creator_organisation_id=plan.creator_organisation_id,
        model_id=told.model_id or plan.model_id,
        state=Turn.State.COMPLETE,
        question=told.question,
        answer=told.answer,
        citations=list(told.citations),
        finished_at=timezone.now(),
    )
    answer: Message = Message.objects.create(
        **owned, public_id=answer_id, parent=question, role=Message.Role.ASSISTANT, turn=turn
    )
    return answer
